# 011_pictures.pl: what reads pictures
#
# A parser of XML takes every picture, whatever names and keys are.  A browser, where one is
# installed, draws them: in the size they say, on light or dark ground, in the colours of
# lines and bands.

use strict;
use warnings;

use IPC::Run;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('pictures');
$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION recurnet;
	CREATE TABLE s AS SELECT k AS store, date '2024-01-01' + i AS day, 50 + 10 * sin(2 * pi() * i / 7) + hashint4(i) % 5 AS amount
	FROM unnest(ARRAY['</svg>', '"<&>''', E'\x01\x02 \u00fc \U0001F600', '&#0;', ']]>']) k, generate_series(0, 99) i;
	SELECT rn_train('gru', 'SELECT * FROM s', '{"units": 2, "epochs": 2, "ensemble": 1}', '<odd & "name">', 'store', target => 'amount');
	SELECT rn_train('gru', 'SELECT day, amount FROM s WHERE store = ''&#0;''', '{"recipe": "plain", "units": 2, "epochs": 3, "window": 7, "validation_split": 0.3}', 'one')});

# What is drawn, and the colours that have to be there: of the ground first.
my @light = ('255,255,255', '0,114,178', '213,94,0');
my @dark = ('20,24,29', '86,180,233', '230,159,0');
my %picture = (
	'forecast' => [ q{SELECT rn_plot('one', 14, history => 'SELECT day, amount FROM s WHERE store = ''&#0;''')}, @light ],
	'forecast, dark' => [ q{SELECT rn_plot('one', 14, history => 'SELECT day, amount FROM s WHERE store = ''&#0;''', theme => 'dark')}, @dark ],
	'series of odd keys' => [ q{SELECT rn_plot('<odd & "name">', 14, width => 700)}, @light[0, 1] ],
	'losses' => [ q{SELECT rn_plot_training('one', theme => 'light')}, @light[0, 1] ],
	'backtest' => [ q{SELECT rn_plot_backtest(b, '<&"' || chr(1), 'light') FROM rn_backtest_model('one', folds => 2, horizon => 5) b}, @light ]);
my %svg = map { $_ => $node->safe_psql('postgres', $picture{$_}[0]) } keys %picture;
my $dir = PostgreSQL::Test::Utils::tempdir;

foreach my $name (sort keys %svg)
{
	append_to_file("$dir/$name.svg", $svg{$name});
	command_ok([ 'xmllint', '--noout', '--nonet', "$dir/$name.svg" ], "$name: XML");
}

# "width,height ground colour colour ..." of a picture as a browser draws it.
sub rendered
{
	my ($browser, $svg, @options) = @_;
	my ($out, $err);

	unlink "$dir/page.html";
	append_to_file("$dir/page.html", '<body><script>
		const image = new Image();
		image.onload = () => {
			const canvas = document.createElement("canvas"), seen = new Set();
			canvas.width = image.naturalWidth;
			canvas.height = image.naturalHeight;
			const context = canvas.getContext("2d");
			context.drawImage(image, 0, 0);
			const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
			for (let i = 0; i < pixels.length; i += 4)
				seen.add(pixels.slice(i, i + 3).join(","));
			document.body.textContent = "drawn " + canvas.width + "," + canvas.height + " " + pixels.slice(0, 3).join(",") + " " + [...seen].join(" ") + " end";
		};
		image.onerror = () => { document.body.textContent = "drawn nothing end"; };
		image.src = "data:image/svg+xml;base64,' . encode_base64($svg, '') . '";
	</script></body>');
	local $ENV{HOME} = $dir;
	IPC::Run::run([ $browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', "--user-data-dir=$dir/profile",
		@options, '--virtual-time-budget=20000', '--dump-dom', "file://$dir/page.html" ], '>', \$out, '2>', \$err);
	return $out =~ /drawn (.*) end/ ? $1 : "nothing: $err";
}

my ($browser) = grep { -x } map { my $name = $_; map { "$_/$name" } split /:/, $ENV{PATH} } 'chromium', 'chromium-browser', 'google-chrome';

SKIP:
{
	skip 'no browser is installed (Debian package chromium), pictures are not drawn', 1 unless $browser;
	foreach my $name (sort keys %svg)
	{
		my (undef, $ground, @ink) = @{ $picture{$name} };
		my $drawn = rendered($browser, $svg{$name});
		my ($width, $height) = $svg{$name} =~ /width="(\d+)" height="(\d+)"/;

		like($drawn, qr/^$width,$height $ground /, "$name: drawn in its size and on its ground");
		like($drawn, qr/ $_ /, "$name: in the colour $_") foreach (@ink);
	}
	like(rendered($browser, $svg{forecast}, '--blink-settings=preferredColorScheme=0'), qr/^\S+ $dark[0] (.* )?$dark[1] /, 'dark where the screen is');
}

$node->stop;
done_testing();
