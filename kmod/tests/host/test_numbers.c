// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "numbers.h"

#define UNTOUCHED 77777777

/* The same rules as numbers.c, by comparing digits as text: no number is computed to judge one. */

static int compare_digits(const char *left, size_t left_length, const char *right)
{
	size_t right_length;

	for (; left_length && *left == '0'; left_length--)
		left++;
	right += strspn(right, "0");
	right_length = strlen(right);
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	return memcmp(left, right, left_length);
}

static size_t digits_at(const char *text, size_t length)
{
	size_t count = 0;

	while (count < length && text[count] && strchr("0123456789", text[count]))
		count++;
	return count;
}

static size_t without_newline(const char *text, size_t length)
{
	return length && text[length - 1] == '\n' ? length - 1 : length;
}

static bool is_number(const char *text, size_t length, unsigned int least, unsigned int most)
{
	char bound[16];
	size_t inner = without_newline(text, length);

	if (length > 32 || !inner || digits_at(text, inner) != inner)
		return false;
	snprintf(bound, sizeof(bound), "%u", least);
	if (compare_digits(text, inner, bound) < 0)
		return false;
	snprintf(bound, sizeof(bound), "%u", most);
	return compare_digits(text, inner, bound) <= 0;
}

static bool is_load(const char *text, size_t length)
{
	size_t inner = without_newline(text, length);
	size_t whole = digits_at(text, inner);
	size_t fraction;

	if (length > 32 || !whole || compare_digits(text, whole, "9999999") > 0)
		return false;
	if (whole == inner)
		return true;
	fraction = inner - whole - 1;
	return text[whole] == '.' && fraction >= 1 && fraction <= 2 &&
	       digits_at(text + whole + 1, fraction) == fraction;
}

/* Of something that is a load, by the C library. */
static unsigned long load_value(const char *text, size_t length)
{
	char copy[40];

	memcpy(copy, text, length);
	copy[length] = '\0';
	return (unsigned long)(strtod(copy, NULL) * 100 + 0.5);
}

static unsigned long number_value(const char *text, size_t length)
{
	char copy[40];

	memcpy(copy, text, length);
	copy[length] = '\0';
	return strtoul(copy, NULL, 10);
}

static void try_text(const char *text, size_t length)
{
	char shown[200], *end = shown;
	size_t i;

	for (i = 0; i < length; i++)
		end += sprintf(end, text[i] > ' ' && text[i] < 0x7f ? "%c" : "\\x%02x",
			       (unsigned char)text[i]);
	*end = '\0';
	host_try("\"%s\", %zu bytes", shown, length);
}

/* In memory of just its size: a byte too far is seen. */
static void check_text(const char *text, size_t length, unsigned int least, unsigned int most)
{
	char *exact = malloc(length);
	unsigned int number = UNTOUCHED;
	unsigned long load = UNTOUCHED;
	int result;

	memcpy(exact, text, length);
	try_text(text, length);
	result = lm_number_parse(exact, length, least, most, &number);
	EXPECT_SAME(result, is_number(text, length, least, most) ? 0 : -EINVAL);
	EXPECT_SAME(number, result ? UNTOUCHED : number_value(text, length));

	result = lm_number_parse_load(exact, length, &load);
	EXPECT_SAME(result, is_load(text, length) ? 0 : -EINVAL);
	EXPECT_SAME(load, result ? UNTOUCHED : load_value(text, length));
	free(exact);
}

static void takes_what_it_says(void)
{
	static const struct {
		const char *text;
		unsigned long hundredths;
	} loads[] = {
		{ "0", 0 }, { "4", 400 }, { "4.5", 450 }, { "4.50", 450 }, { "4.05\n", 405 },
		{ "007.25", 725 }, { "9999999", 999999900 }, { "9999999.99\n", 999999999 },
	};
	unsigned long load;
	unsigned int number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		host_try("%s", loads[i].text);
		load = UNTOUCHED;
		EXPECT_SAME(lm_number_parse_load(loads[i].text, strlen(loads[i].text), &load), 0);
		EXPECT_SAME(load, loads[i].hundredths);
	}
	EXPECT_SAME(lm_number_parse("4294967295\n", 11, 0, U32_MAX, &number), 0);
	EXPECT_SAME(number, U32_MAX);
	EXPECT_SAME(lm_number_parse("4294967296", 10, 0, U32_MAX, &number), -EINVAL);
	EXPECT_SAME(lm_number_parse("20", 2, 20, 20, &number), 0);
	EXPECT_SAME(lm_number_parse("19", 2, 20, 20, &number), -EINVAL);
	EXPECT_SAME(lm_number_parse("21", 2, 20, 20, &number), -EINVAL);
}

static void refuses_what_could_be_misread(void)
{
	static const char *const texts[] = {
		"", "\n", "\n4", "4\n\n", " 4", "4 ", "+4", "-4", "0x4", "4e1", "4,5", ".", ".5",
		"4.", "4.\n", "4.5.", "4..5", "4.555", "10000000", "9999999999999999999999",
		"4\r\n",
		"000000000000000000000000000000004", "\xb2", "4\xff",
	};
	unsigned int number = UNTOUCHED;
	unsigned long load = UNTOUCHED;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		try_text(texts[i], strlen(texts[i]));
		EXPECT_SAME(lm_number_parse(texts[i], strlen(texts[i]), 0, 9999999, &number),
			    -EINVAL);
		EXPECT_SAME(lm_number_parse_load(texts[i], strlen(texts[i]), &load), -EINVAL);
		EXPECT_SAME(number, UNTOUCHED);
		EXPECT_SAME(load, UNTOUCHED);
	}
	EXPECT_SAME(lm_number_parse("4\0", 2, 0, 9, &number), -EINVAL);
	EXPECT_SAME(lm_number_parse_load("4\0", 2, &load), -EINVAL);
}

/* Every text of up to six of these bytes. */
static void agrees_on_all_short_texts(void)
{
	static const char bytes[] = { '0', '4', '9', '.', '\n', '-', '\0' };
	char text[6];
	size_t length, i, place;
	unsigned long all, code, rest;

	for (length = 0, all = 1; length <= sizeof(text); length++, all *= sizeof(bytes)) {
		for (code = 0; code < all; code++) {
			rest = code;
			for (place = 0; place < length; place++) {
				i = rest % sizeof(bytes);
				rest /= sizeof(bytes);
				text[place] = bytes[i];
			}
			check_text(text, length, 4, 9990);
		}
	}
}

/* A number near a bound, and one byte of it another one. */
static size_t near_number(char *text, unsigned int bound)
{
	static const char odd[] = "0123456789..\n\n +-x\0e,\xff\x80";
	size_t length = 0;
	u64 changes;

	while (host_chance(3) && length < 30)
		text[length++] = '0';
	length += sprintf(text + length, "%llu", bound + host_below(5) - (bound > 2 ? 2 : 0));
	if (host_chance(2))
		length += sprintf(text + length, ".%0*llu", (int)host_below(4),
				  host_below(host_chance(2) ? 100 : 1000));
	if (host_chance(2))
		text[length++] = '\n';
	for (changes = host_below(4) / 2; changes; changes--)
		text[host_below(length)] = odd[host_below(sizeof(odd) - 1)];
	return length;
}

static void agrees_on_random_texts(void)
{
	static const char bytes[] = "0123456789000999.....\n\n -x";
	unsigned int least, most, i;
	char text[80];
	size_t length;

	for (i = 0; i < 100000; i++) {
		most = host_random() >> (32 + host_below(32));
		least = host_below(2) * host_below((u64)most + 1);
		for (length = 0; length < sizeof(text) / 2 && !host_chance(9); length++)
			text[length] = host_chance(40) ? (char)host_random() :
							 bytes[host_below(sizeof(bytes) - 1)];
		check_text(text, length, least, most);
		check_text(text, near_number(text, host_chance(2) ? least : most), least, most);
		check_text(text, near_number(text, 9999999), least, most);
	}
}

const struct host_test host_tests[] = {
	HOST_TEST(takes_what_it_says),
	HOST_TEST(refuses_what_could_be_misread),
	HOST_TEST(agrees_on_all_short_texts),
	HOST_TEST(agrees_on_random_texts),
	{ }
};
