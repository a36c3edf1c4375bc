/*
 * drawing.c
 *		Text that grows: a picture as SVG, piece by piece.
 */
#include "plot/drawing.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY	16384
#define MOST_MARKUP		512
#define REPLACEMENT		0xFFFD
#define ELLIPSIS		0x2026

/* Coordinates are kept to what any reader of SVG takes. */
#define FARTHEST		1e6

void
rn_drawing_free(RnDrawing *drawing)
{
	rn_free(drawing->host, drawing->text);
	drawing->text = NULL;
	drawing->length = drawing->capacity = 0;
}

/* Room for so many bytes and the end; false: there is none. */
static bool
reserve(RnDrawing *drawing, size_t bytes)
{
	size_t		wanted = drawing->length + bytes + 1;
	size_t		capacity = drawing->capacity > 0 ? drawing->capacity : FIRST_CAPACITY;
	void	   *larger;

	if (drawing->code != RN_OK)
		return false;
	if (wanted <= drawing->capacity)
		return true;
	while (capacity < wanted)
		capacity *= 2;
	drawing->code = rn_alloc(drawing->host, capacity, 1, &larger);
	if (drawing->code != RN_OK)
		return false;
	if (drawing->text != NULL)
		memcpy(larger, drawing->text, drawing->length + 1);
	rn_free(drawing->host, drawing->text);
	drawing->text = larger;
	drawing->capacity = capacity;
	return true;
}

void
rn_draw(RnDrawing *drawing, const char *format,...)
{
	va_list		arguments;
	int			n;

	if (!reserve(drawing, MOST_MARKUP))
		return;
	va_start(arguments, format);
	n = vsnprintf(drawing->text + drawing->length, MOST_MARKUP, format, arguments);
	va_end(arguments);
	drawing->length += n < 0 ? 0 : n < MOST_MARKUP ? (size_t) n : MOST_MARKUP - 1;
}

/* In tenths: %.1f would print those that are none, too. */
void
rn_draw_at(RnDrawing *drawing, char before, double pixels)
{
	long		tenths = lround(10 * fmin(fmax(pixels, -FARTHEST), FARTHEST));
	long		size = tenths < 0 ? -tenths : tenths;

	if (before != '\0')
		rn_draw(drawing, "%c", before);
	rn_draw(drawing, "%s%ld", tenths < 0 ? "-" : "", size / 10);
	if (size % 10 != 0)
		rn_draw(drawing, ".%ld", size % 10);
}

/* ---- words ---- */

/*
 * The next character of UTF-8 text that does not end yet, and where the one after it
 * begins; REPLACEMENT for a byte that begins none.
 */
static uint32_t
next_character(const char **at)
{
	const unsigned char *s = (const unsigned char *) *at;
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	int			more = s[0] < 0x80 ? 0 : s[0] >> 5 == 6 ? 1 : s[0] >> 4 == 14 ? 2 : s[0] >> 3 == 30 ? 3 : -1;
	uint32_t	c = more > 0 ? s[0] & (0x3Fu >> more) : s[0];

	++*at;
	if (more < 0)
		return REPLACEMENT;
	for (int i = 1; i <= more; i++)
	{
		if ((s[i] & 0xC0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[more] || c > 0x10FFFF)
		return REPLACEMENT;
	*at += more;
	return c;
}

/* XML 1.0, production 2: Char. */
static bool
is_xml(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xD800) || (c >= 0xE000 && c < 0xFFFE) || c >= 0x10000;
}

static double
character_width(uint32_t c)
{
	if (c >= 0x1100 && c < 0xFFFD)
		return c >= 0x2000 && c < 0x2E80 ? 0.6 : 1;
	if (c < 0x80 && strchr("iljtf.,:;|!'()[] ", (int) c) != NULL)
		return 0.32;
	if (c < 0x80 && strchr("MWm@%", (int) c) != NULL)
		return 0.97;
	if (c < 0x80 && strchr("CDGHNOQUw", (int) c) != NULL)
		return 0.79;
	return (c >= 'A' && c <= 'Z') || c >= 0x10000 ? 0.7 : 0.56;
}

double
rn_text_width(const char *words)
{
	double		width = 0;

	while (*words != '\0')
		width += character_width(next_character(&words));
	return width;
}

static void
draw_character(RnDrawing *drawing, uint32_t c)
{
	if (!is_xml(c))
		c = REPLACEMENT;
	if (c < 0x20 || c >= 0x7F || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
		rn_draw(drawing, "&#x%X;", (unsigned) c);
	else
		rn_draw(drawing, "%c", (int) c);
}

void
rn_draw_words(RnDrawing *drawing, const char *words, double width)
{
	bool		cut = rn_text_width(words) > width;
	double		left = width - (cut ? 1 : 0);

	while (*words != '\0' && drawing->code == RN_OK)
	{
		uint32_t	c = next_character(&words);

		left -= character_width(c);
		if (cut && left < 0)
		{
			draw_character(drawing, ELLIPSIS);
			return;
		}
		draw_character(drawing, c);
	}
}
