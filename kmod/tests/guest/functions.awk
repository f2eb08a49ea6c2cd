# SPDX-License-Identifier: GPL-2.0-only
# awk -f functions.awk NAMES -: reads symbols and prints which of NAMES, one a line, there are; a name that
# ends in "*" is there when a symbol begins so. What the compiler appends to a symbol plays no part.
NR == FNR {
	if (sub(/\*$/, "")) {
		# Few symbols begin with the same two letters as any of them.
		beginning = substr($0, 1, 2)
		prefixes[beginning] = prefixes[beginning] " " $0
	} else {
		names[$0] = 1
	}
	next
}
{
	sub(/\..*/, "")
	if ($0 in names) {
		print
		delete names[$0]
	}
	beginning = substr($0, 1, 2)
	if (!(beginning in prefixes))
		next
	count = split(prefixes[beginning], candidates, " ")
	for (i = 1; i <= count; i++)
		if (!(candidates[i] in found) && index($0, candidates[i]) == 1) {
			print candidates[i] "*"
			found[candidates[i]] = 1
		}
}
