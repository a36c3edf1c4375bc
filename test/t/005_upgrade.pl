
# 005_upgrade.pl: databases of released versions, updated
#
# Each test/upgrade/VERSION.sql is the dump of a database in which that version
# trained models and wrote down what they forecast.  It is restored, updated by
# every way that the scripts offer, and has to answer the same.  What an update
# makes of the SQL objects is what CREATE EXTENSION makes.  pg_upgrade takes a
# database of the oldest version along.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use version;

sub cluster
{
	my $node = PostgreSQL::Test::Cluster->new(@_);

	$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'");
	return $node;
}

my $node = cluster('upgrade');
$node->start;

my $answers = slurp_file("$ENV{TESTDIR}/upgrade/answers.sql");
my $objects = slurp_file("$ENV{TESTDIR}/upgrade/objects.sql");
my $version = q{SELECT extversion FROM pg_extension WHERE extname = 'recurnet'};

# A database from a dump, one at a time, as roles are made by each.
sub restore
{
	my ($dump, $way) = @_;

	$node->safe_psql('postgres', $_) foreach ('DROP DATABASE IF EXISTS old', 'DROP ROLE IF EXISTS ada, bob',
		'CREATE DATABASE old TEMPLATE template0');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'old' ], "$way: it is restored");
}

# Lines of one text that the other does not have.
sub differences
{
	my %count;

	$count{$_}++ foreach split /\n/, $_[0];
	$count{$_}-- foreach split /\n/, $_[1];
	return map { $count{$_} > 0 ? "lacks $_" : $count{$_} < 0 ? "has $_" : () } sort keys %count;
}

# Is the database what it was when it was dumped, and what this version makes?
sub check
{
	my ($way, $fresh) = @_;

	is($node->safe_psql('old', $answers), '', "$way: models answer as they did");
	is(join("\n", differences($fresh, $node->safe_psql('old', $objects))), '', "$way: its objects are those of CREATE EXTENSION");
	is($node->safe_psql('old', q{SET ROLE ada; SELECT array_agg(name ORDER BY name) FROM rn_models}), '{hours,months}',
		"$way: owners have their models");
	my (undef, undef, $error) = $node->psql('old', q{SET ROLE bob; SELECT rn_forecast('months', 1)});
	like($error, qr/model "months" does not exist, or is not yours to use/, "$way: and no others");
	is( $node->safe_psql('old', q{
			SET client_min_messages = error;
			SET ROLE ada;
			CALL rn_retrain('months');
			SELECT rn_train('gru', 'SELECT k, amount FROM counts', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}');
			SELECT max(version) FROM rn_versions WHERE name = 'months'}),
		"6\n2", "$way: training goes on, with the next numbers");
}

# --- what there is ----------------------------------------------------------

my %dump = map { m{([^/]+)\.sql$} => $_ } glob "$ENV{TESTDIR}/upgrade/[0-9]*.sql";
my $current = $node->safe_psql('postgres',
	"SELECT default_version FROM pg_available_extensions WHERE name = 'recurnet'");
my @paths = map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres',
	"SELECT source, target FROM pg_extension_update_paths('recurnet') WHERE path IS NOT NULL ORDER BY 1, 2");
my %released = map { $_->[0] => 1 } @paths;

is_deeply([ sort keys %dump ], [ sort keys %released ], 'every released version has left a database');
is(scalar(grep { $_->[1] eq $current } @paths), scalar(keys %released), 'and a way leads from each to this version');

$node->safe_psql('postgres', 'CREATE DATABASE fresh TEMPLATE template0');
$node->safe_psql('fresh', 'CREATE EXTENSION recurnet');
my $fresh = $node->safe_psql('fresh', $objects);
like($fresh, qr/^function public\.rn_version\(\) \| .*AS '\$libdir\/recurnet', /ms, 'objects can be told');

# --- from each version by each way ------------------------------------------

foreach my $path (@paths)
{
	my ($source, $target) = @$path;
	my $way = "$source to $target";

	restore($dump{$source}, $way);
	is($node->safe_psql('old', $version), $source, "$way: as it was");
	$node->safe_psql('old', "ALTER EXTENSION recurnet UPDATE TO '$target'");
	$node->safe_psql('old', 'ALTER EXTENSION recurnet UPDATE');
	is($node->safe_psql('old', $version), $current, "$way: and is updated");
	check($way, $fresh);
}

# pg_dump names no version: what it wrote of an old one is restored into this.
foreach my $source (sort keys %released)
{
	my $way = "a dump of $source";
	my $dump = "$ENV{TESTDATADIR}/$source.sql";

	append_to_file($dump, slurp_file($dump{$source}) =~ s/^(CREATE EXTENSION .*) VERSION '\Q$source\E';/$1;/mr);
	restore($dump, $way);
	is($node->safe_psql('old', $version), $current, "$way: it makes this version");
	check($way, $fresh);
}

# --- pg_upgrade, from the oldest version ------------------------------------

my ($oldest) = sort { version->parse($a) <=> version->parse($b) } keys %released;
my $next = cluster('next');
my $bin = $node->config_data('--bindir');

restore($dump{$oldest}, 'pg_upgrade');
$node->stop;
chdir $ENV{TESTDATADIR};    # where it leaves a script
$node->command_ok([ 'pg_upgrade', '--no-sync', '-b', $bin, '-B', $bin, '-d', $node->data_dir, '-D', $next->data_dir,
		'-p', $node->port, '-P', $next->port, '-s', $node->host ], 'pg_upgrade');
$node = $next;
$node->start;
is($node->safe_psql('old', $version), $oldest, 'pg_upgrade leaves the version as it was');
$node->safe_psql('old', 'ALTER EXTENSION recurnet UPDATE');
check('pg_upgrade', $fresh);

$node->stop;
done_testing();
