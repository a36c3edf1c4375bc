/*
 * style.h
 *		How a picture looks: its colours, light and dark, and its letters.
 */
#ifndef RN_STYLE_H
#define RN_STYLE_H

#include "plot/chart.h"

/* The beginning of a picture: its size, its words for who cannot see it, its style, its ground. */
extern void rn_draw_open(RnDrawing *drawing, RnTheme theme, int width, int height, const char *title);

/* Classes of that style for lines, dots and words. */
extern const char *rn_ink_class(RnInk ink);
extern const char *rn_ink_dot_class(RnInk ink);
extern const char *rn_ink_text_class(RnInk ink);

#endif							/* RN_STYLE_H */
