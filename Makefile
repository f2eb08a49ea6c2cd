# The front door. Everything here only calls into the parts; `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

MVN ?= mvn
MVN_FLAGS ?= -B -ntp
JAVA ?= java
ARGS ?=

JAR := exporter/target/load-monitor-exporter.jar
CLASSES := exporter/target/classes.jsa
JAR_SOURCES := $(shell find exporter/src/main exporter/pom.xml pom.xml -type f)

.PHONY: help
help: ## This list
	@echo "load-monitor: who makes this host's load, where in the kernel, and why"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24
	@echo
	@echo 'Flags of the exporter go through ARGS: make run ARGS="--web.listen-address=127.0.0.1:9817 --source=procfs"'

.PHONY: run
run: $(CLASSES) ## Build what is missing and run the exporter on this host
	JAVA="$(JAVA)" exec bin/load-monitor $(ARGS)

# Classes already read and verified: it starts in about half of the time. Without it, it starts all the same.
$(CLASSES): $(JAR) packaging/classes.list
	@JAVA="$(JAVA)" bin/load-monitor share-classes $@ || rm -f $@

$(JAR): $(JAR_SOURCES)
	$(MVN) $(MVN_FLAGS) -q -pl exporter -am package -DskipTests $$(.ci/revision)
	@touch $@

.PHONY: jar
jar: $(JAR) ## Build the exporter's jar

.PHONY: kmod
kmod: ## Build the kernel module for the running kernel, whose headers it needs (KDIR=... for another)
	$(MAKE) -C kmod

.PHONY: image
image: ## Build the container image with buildah, podman or docker, whichever is there
	.ci/image build

.PHONY: deb
deb: ## Build Debian packages of the exporter and of the module (DKMS) into build/debs
	packaging/debs

.PHONY: tarball
tarball: ## Build the exporter with a Java runtime of its own into build, for hosts without Java
	packaging/tarball

.PHONY: release
release: ## Build all that is given to others into build/release: jar, packages, tarball, image, what they consist of (root)
	packaging/release

.PHONY: check-fast
check-fast: ## The exporter's unit tests: no root, no packages, two to three minutes
	$(MVN) $(MVN_FLAGS) test -Dhistories=1000

.PHONY: check
check: ## What each change runs: exporter, servers, browser, image, packages, the module on two kernels (root, Debian packages; 18 minutes)
	.ci/check

.PHONY: check-kernels
check-kernels: $(JAR) ## The module on every kernel, and installed; what passed and has not changed is kept (root; up to three quarters of an hour)
	.ci/check-kernels

.PHONY: check-all
check-all: ## Before a release: both, with nothing kept, and data races, and what dumps cost (root; more than an hour)
	.ci/check-all

.PHONY: soak
soak: ## Half an hour of all that people and servers do with an exporter: memory, threads and descriptors are level (root)
	.ci/soak

.PHONY: bench
bench: $(CLASSES) ## What the exporter costs, beside node_exporter, in turn; writes exporter/docs/benchmarks.md (ROUNDS=5, ARCHIVED=100000)
	.ci/bench

.PHONY: fuzz
fuzz: ## Random texts to whatever reads what others write, guided by coverage (SECONDS=60 for each, TARGET=DumpFuzz for one)
	.ci/fuzz $(or $(SECONDS),60) $(TARGET)

.PHONY: demo
demo: $(JAR) ## A virtual machine under load, with Prometheus and Alertmanager; prints the incident
	.ci/demo

.PHONY: demo-fleet
demo-fleet: $(JAR) ## Five exporters, a PostgreSQL and the fleet's server; prints a stack that spreads over hosts (root)
	.ci/demo-fleet

.PHONY: clean
clean: ## Remove what was built (not the cache of kernels and packages)
	$(MVN) $(MVN_FLAGS) -q clean
	rm -rf build
	-$(MAKE) -C kmod clean
