# SPDX-License-Identifier: GPL-2.0-only
# awk -f functions.awk NAMES -: reads symbols and prints which of NAMES, one a line, there are; a name that
# ends in "*" is there when a symbol begins so. What the compiler appends to a symbol plays no part.
NR == FNR {
	if (sub(/\*$/, ""))
		prefixes[$0] = length($0)
	else
		names[$0] = 1
	next
}
{
	sub(/\..*/, "")
	if ($0 in names) {
		print
		delete names[$0]
	}
	for (prefix in prefixes)
		if (substr($0, 1, prefixes[prefix]) == prefix) {
			print prefix "*"
			delete prefixes[prefix]
		}
}
