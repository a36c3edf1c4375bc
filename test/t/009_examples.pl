
# 009_examples.pl: what stands in examples/ works
#
# The quickstart, the snippets in Python and R (where their packages are installed), and
# every query of the dashboards, as Grafana and Metabase would send it.  examples/README.md
# names them; 008_docs.pl runs what it shows of SQL and shell.

use strict;
use warnings;

use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

chdir "$ENV{TESTDIR}/project";
my $node = PostgreSQL::Test::Cluster->new('examples');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\n");
$node->start;
local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'postgres', PGUSER => getpwuid($>));

# Does a program succeed, and print what it should?
sub prints
{
	my ($command, $expected, $what) = @_;
	my ($out, $err) = ('', '');

	ok(IPC::Run::run($command, '<', \undef, '>', \$out, '2>', \$err), "$what runs") or diag($err);
	like($out, $expected, "$what: prints what it should");
}

# Is what a test needs installed?
sub is_there
{
	my ($command) = @_;
	return system("($command) > /dev/null 2>&1") == 0;
}

# A Python that has these modules: the first of the search path, or Debian's.
sub python
{
	my ($modules) = @_;
	return (grep { is_there("$_ -c 'import $modules'") } 'python3', '/usr/bin/python3')[0];
}

# ---- psql, Python, R ----

prints([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f', 'examples/quickstart.sql' ], qr/\{"shop": 3\} \| 2026-01-05/, 'quickstart.sql');
is($node->safe_psql('postgres', q{SELECT (metrics ->> 'validation_mase')::float8 < (metrics ->> 'naive_mase')::float8 FROM rn_models WHERE name = 'quickstart'}),
	't', 'and its network is better than last week');
prints([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f', 'examples/load.sql' ], qr/COPY 257/, 'load.sql');

SKIP:
{
	my $python = python('psycopg, pandas') or skip('forecast.py: psycopg or pandas is not installed', 3);
	prints([ $python, 'examples/forecast.py' ], qr/^2017-05-01 .*seasonal_naive/ms, 'forecast.py');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM rn_models WHERE name = 'from python'}), '1', 'its model is stored');
}
SKIP:
{
	skip('forecast.R: R, DBI or a driver is not installed', 3)
	  unless is_there(q{Rscript -e 'library(DBI); if (!nzchar(system.file(package = "RPostgres"))) library(RPostgreSQL)'});
	prints([ 'Rscript', 'examples/forecast.R' ], qr/2017-05-01 .*seasonal_naive/s, 'forecast.R');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM rn_models WHERE name = 'from R'}), '1', 'its model is stored');
}

# ---- dashboards ----

# A model with rows that came since its training, and a job that failed.
$node->safe_psql('postgres', q{
	CREATE TABLE later AS SELECT * FROM electric WHERE date > '2015-01-01';
	DELETE FROM electric WHERE date > '2015-01-01';
	CREATE TABLE gone AS TABLE electric;
	SELECT rn_train('gru', 'SELECT date, amount FROM electric', '{"ensemble": 1}', name => 'electric');
	SELECT rn_train('gru', 'SELECT date, amount FROM gone', '{"recipe": "plain", "units": 2, "epochs": 1}', name => 'gone');
	INSERT INTO electric TABLE later;
	DROP TABLE gone;
	SELECT rn_create_view('electric', 'electric_ahead', horizon => 12)});
$node->psql('postgres', q{CALL rn_retrain('gone')});
is($node->safe_psql('postgres', q{SELECT count(*) FROM rn_jobs WHERE state = 'failed'}), '1', 'a job has failed');
is($node->safe_psql('postgres', 'SELECT count(*) FROM electric_ahead'), 257 + 12, 'a view for charts has rows and forecasts');

# Run a query; does it return rows of what it should?
sub returns
{
	my ($query, $what) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $query);

	ok($status == 0, "$what runs") or diag("$query\n$err");
	return $out;
}

# All queries of a dashboard, with where they are.
sub queries
{
	my ($value, $path, $found) = @_;

	if (ref $value eq 'HASH')
	{
		$path .= ": $value->{title}" if $value->{title};
		push @$found, [ $path, $value->{rawSql} ] if defined $value->{rawSql};
		push @$found, [ "$path: variable $value->{name}", $value->{query} ] if ($value->{type} // '') eq 'query';
		queries($value->{$_}, $path, $found) foreach sort keys %$value;
	}
	elsif (ref $value eq 'ARRAY')
	{
		queries($_, $path, $found) foreach @$value;
	}
	return $found;
}

my %rows = (    # of panels that would be empty in this database if the query were wrong
	'rows and forecast' => 12, 'Error since training' => 1, 'Coverage' => 1, 'Models' => 3, 'Jobs' => 1, 'variable model' => 3);
my $dashboard = eval { decode_json(slurp_file('examples/grafana/dashboards/forecasts.json')) };
is($@, '', 'the dashboard is JSON');
my @ids = map { $_->{id} } @{ $dashboard->{panels} };
is(scalar(keys %{ { map { $_ => 1 } @ids } }), scalar(@ids), 'its panels have numbers of their own');
my $queries = queries($dashboard, 'grafana', []);
is(scalar(@$queries), 8, 'and all its queries are found');
foreach (@$queries)
{
	my ($where, $query) = @$_;

	$query =~ s/\$__timeFilter\(([^()]*)\)/$1 BETWEEN '1990-01-01T00:00:00Z' AND '2040-01-01T00:00:00Z'/g;
	$query =~ s/\$\{model:sqlstring\}/'electric'/g;
	$query =~ s/\$horizon\b/12/g;
	$query =~ s/\$level\b/0.9/g;
	unlike($query, qr/\$/, "$where: no macro but those");
	my $out = returns($query, $where);
	my ($expected) = map { $rows{$_} } grep { $where =~ /\Q$_\E/ } keys %rows;
	cmp_ok(scalar(split /\n/, $out), '>=', $expected, "$where: has rows") if $expected;
}
SKIP:
{
	my @files = glob 'examples/grafana/provisioning/*/*.yaml';
	is(scalar(@files), 2, 'two files to provision');
	my $python = python('yaml') or skip('YAML: python3-yaml is not installed', scalar(@files));
	command_ok([ $python, '-c', 'import sys, yaml; assert yaml.safe_load(open(sys.argv[1]))["apiVersion"] == 1', $_ ], "$_ is YAML") foreach @files;
}

my @questions = split /^-- question: /m, slurp_file('examples/metabase.sql');
shift @questions;
is(scalar(@questions), 5, 'five questions for Metabase');
foreach my $question (@questions)
{
	my ($title, $query) = split /\n/, $question, 2;

	foreach my $given (0, 1)    # without and with what stands in [[ ]]
	{
		my $sent = $given ? $query =~ s/\[\[|\]\]//gr : $query =~ s/\[\[.*?\]\]//gr;
		$sent =~ s/\{\{model\}\}/'electric'/g;
		$sent =~ s/\{\{horizon\}\}/12/g;
		my $out = returns($sent, "metabase: $title");
		cmp_ok(length $out, '>', 0, "metabase: $title: has rows") unless $given && $title =~ /failed/;
	}
}
done_testing();
