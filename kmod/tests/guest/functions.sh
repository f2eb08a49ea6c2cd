#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints which of the names in /names this kernel has functions of; modules that are not loaded are the
# host's part.
echo "reading $(wc -l </proc/kallsyms) symbols"
cut -d ' ' -f 3 /proc/kallsyms | awk -f /functions.awk /names - | sed 's/^/function /'
