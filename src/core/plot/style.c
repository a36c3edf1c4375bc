/*
 * style.c
 *		How a picture looks: its colours, light and dark, and its letters.
 *
 * The style is inside the picture, as plain rules without variables, which not
 * all readers of SVG know.  Every rule begins with a class of the picture's theme, so that
 * pictures of several themes in one page leave each other alone.
 */
#include "plot/style.h"

typedef struct Palette
{
	const char *ground;
	const char *text;
	const char *quiet;			/* labels */
	const char *grid;
	const char *axis;
	const char *line[RN_INKS];
	const char *pale;			/* how much of a band shows */
} Palette;

static const Palette light = {
	"#ffffff", "#1b1f24", "#57606a", "#e4e7eb", "#8c959f",
	{"#1b1f24", "#d55e00", "#0072b2", "#8c959f", "#0072b2"}, ".17"
};

static const Palette dark = {
	"#14181d", "#e9ecef", "#a4adb7", "#2b323a", "#69737e",
	{"#dce0e4", "#e69f00", "#56b4e9", "#7f8993", "#56b4e9"}, ".24"
};

static const char *const theme_name[RN_THEMES] = {"auto", "light", "dark"};
static const char *const line_class[RN_INKS] = {"actual", "predicted", "forecast", "aside", "band"};
static const char *const dot_class[RN_INKS] = {"actual-dot", "predicted-dot", "forecast-dot", "aside-dot", "band"};
static const char *const text_class[RN_INKS] = {"end actual-text", "end predicted-text", "end forecast-text", "end aside-text", "end forecast-text"};

const char *
rn_theme_name(RnTheme theme)
{
	return theme_name[theme];
}

const char *
rn_ink_class(RnInk ink)
{
	return line_class[ink];
}

const char *
rn_ink_dot_class(RnInk ink)
{
	return dot_class[ink];
}

const char *
rn_ink_text_class(RnInk ink)
{
	return text_class[ink];
}

/* The rules that are the same in light and dark. */
static void
draw_shapes(RnDrawing *drawing, const char *theme)
{
	static const char *const rule[] = {
		"text{font:11px system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,\"DejaVu Sans\",sans-serif}",
		".title{font-size:18px;font-weight:600}", ".subtitle,.legend{font-size:13px}", ".facet{font-size:13px;font-weight:600}",
		".end{font-size:13px;font-weight:600}", ".strong{font-weight:600}",
		".left{text-anchor:end}", ".middle{text-anchor:middle}",
		"path{fill:none;stroke-linejoin:round;stroke-linecap:round}", ".grid,.axis,.rule{stroke-width:1;stroke-linecap:butt}",
		".rule{stroke-dasharray:2 3}", ".actual{stroke-width:1.5}", ".forecast{stroke-width:2.2}",
		".predicted{stroke-width:1.1}", ".aside{stroke-width:1.5}"
	};

	for (size_t i = 0; i < sizeof(rule) / sizeof(rule[0]); i++)
		/* a list of selectors is one of classes: each takes the theme */
		for (const char *at = rule[i]; *at != '\0';)
		{
			rn_draw(drawing, ".rn-%s ", theme);
			while (*at != '\0')
			{
				bool		more = at[0] == ',' && at[1] == '.';

				rn_draw(drawing, "%c", *at++);
				if (more)
					break;
			}
		}
	rn_draw(drawing, "\n");
}

/* The colours of one palette. */
static void
draw_colours(RnDrawing *drawing, const char *theme, const Palette *palette)
{
	rn_draw(drawing, ".rn-%s .ground{fill:%s}.rn-%s text{fill:%s}", theme, palette->ground, theme, palette->text);
	rn_draw(drawing, ".rn-%s .label,.rn-%s .subtitle{fill:%s}", theme, theme, palette->quiet);
	rn_draw(drawing, ".rn-%s .grid{stroke:%s}.rn-%s .axis,.rn-%s .rule{stroke:%s}", theme, palette->grid, theme, theme, palette->axis);
	for (int ink = 0; ink < RN_INK_BAND; ink++)
		rn_draw(drawing, ".rn-%s .%s{stroke:%s}.rn-%s .%s-dot,.rn-%s .%s-text{fill:%s}", theme, line_class[ink], palette->line[ink],
				theme, line_class[ink], theme, line_class[ink], palette->line[ink]);
	rn_draw(drawing, ".rn-%s .band{fill:%s;fill-opacity:%s;stroke:none}\n", theme, palette->line[RN_INK_BAND], palette->pale);
}

void
rn_draw_open(RnDrawing *drawing, RnTheme theme, int width, int height, const char *title)
{
	const char *name = theme_name[theme];

	rn_draw(drawing, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rn-%s\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
			name, width, height, width, height);
	rn_draw_words(drawing, title, 200);
	rn_draw(drawing, "\">\n<style>\n");
	draw_shapes(drawing, name);
	draw_colours(drawing, name, theme == RN_THEME_DARK ? &dark : &light);
	if (theme == RN_THEME_AUTO)
	{
		rn_draw(drawing, "@media (prefers-color-scheme:dark){\n");
		draw_colours(drawing, name, &dark);
		rn_draw(drawing, "}\n");
	}
	rn_draw(drawing, "</style>\n<rect class=\"ground\" width=\"%d\" height=\"%d\"/>\n", width, height);
}
