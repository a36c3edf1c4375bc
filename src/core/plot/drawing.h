/*
 * drawing.h
 *		Text that grows: a picture as SVG, piece by piece.
 *
 * What is drawn is ASCII: other characters become references such as &#x2026;, so
 * that the picture is the same in a file of any encoding.
 */
#ifndef RN_DRAWING_H
#define RN_DRAWING_H

#include <stddef.h>

#include "base/host.h"

/* A drawing that failed takes nothing more: only its code has to be looked at. */
typedef struct RnDrawing
{
	RnHost	   *host;
	char	   *text;			/* ended by 0; NULL: nothing was drawn */
	size_t		length;
	size_t		capacity;
	RnCode		code;
} RnDrawing;

extern void rn_drawing_free(RnDrawing *drawing);

/* Markup, as it is: at most 511 bytes. */
extern void rn_draw(RnDrawing *drawing, const char *format,...) RN_PRINTF(2, 3);

/*
 * Words in UTF-8 between tags or in an attribute, escaped; what XML cannot have, and
 * what is no UTF-8, becomes U+FFFD.  Words of more than width (rn_text_width)
 * end early, in an ellipsis.
 */
extern void rn_draw_words(RnDrawing *drawing, const char *words, double width);

/* A coordinate in pixels, to a tenth, behind a character such as a blank (0: none). */
extern void rn_draw_at(RnDrawing *drawing, char before, double pixels);

/* About how wide words in UTF-8 are, in units of their font's size. */
extern double rn_text_width(const char *words);

#endif							/* RN_DRAWING_H */
