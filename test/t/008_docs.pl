
# 008_docs.pl: every code block of the documents does what it says
#
# README, docs/ and the examples' README are run from top to bottom, each in a database
# of its own: SQL in one session, what psql prints compared with what is written, shell
# and Python beside it, settings and units by the programs that read them.  No block is left
# out: one that cannot be run says why in a comment (test/docs/Blocks.pm), and is listed.
# Links between documents lead somewhere.  DOCUMENTS='docs/faq.md …' tries only these.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../project/test/docs";

use Blocks;
use File::Basename qw(basename dirname);
use File::Temp qw(tempdir);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $scratch = tempdir(CLEANUP => 1);
my %run_as = (
	sql => \&run_sql,
	psql => \&compare_psql,
	text => sub { 'text is not run: say what it is, in a comment before it' },
	sh => \&run_shell,
	python => sub { run_program([ python($_[0]), '-' ], $_[0]) },
	conf => \&check_settings,
	ini => \&check_unit);

# What a block needs that need not be here; nothing, or the name of what is missing.
my %lacks = (
	python => sub { python($_[0]) ? undef : 'Python with ' . join(', ', modules($_[0])) },
	ini => sub { system('systemd-analyze --version > /dev/null 2>&1') ? 'systemd-analyze' : undef });
my (%count, %nodes, %sessions);

# ---- servers, databases, sessions ----

sub node
{
	my ($name) = @_;

	return $nodes{$name} //= do
	{
		my $node = PostgreSQL::Test::Cluster->new($name);
		$node->init(allows_streaming => 'logical');
		$node->append_conf('postgresql.conf', "timezone = 'UTC'\ndatestyle = 'ISO, MDY'\n");
		$node->start;
		$node;
	};
}

# The session of a block: in the database of its document, or in one of a server or a name of its own.
sub session
{
	my ($block) = @_;
	my $server = Blocks::word($block, 'server');
	my $node = node($server // 'docs');
	my $database = join '-', grep { defined } basename($block->{file}, '.md'), $server, Blocks::word($block, 'database');

	return $sessions{$database} //= do
	{
		my $setup = "test/docs/$database.sql";
		$node->safe_psql('postgres', qq{CREATE DATABASE "$database"});
		command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $setup ], "$setup is what $database.md builds on")
		  if -e $setup;
		{ node => $node, database => $database };
	};
}

# Have the psql of a session run something; what it prints, or undef and what it complains of.
sub say_to
{
	my ($session, $statements) = @_;

	if (!$session->{run})
	{
		@{$session}{qw(in out err)} = ('', '', '');
		$session->{timeout} = IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default);
		$session->{run} = IPC::Run::start(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-P', 'footer=off', '-P', 'pager=off',
				'-d', $session->{node}->connstr($session->{database}) ],
			'<', \$session->{in}, '>', \$session->{out}, '2>', \$session->{err}, $session->{timeout});
	}
	$session->{timeout}->start;    # for what is said now, not for all of a document
	@{$session}{qw(out err)} = ('', '');
	$session->{in} .= "$statements\n\\echo\n\\echo :said:\n";
	eval { $session->{run}->pump until $session->{out} =~ /^:said:\n/m || !$session->{run}->pumpable; 1 } or $session->{err} .= $@;
	return $session->{out} =~ s/\n?^:said:\n\z//mr if $session->{out} =~ /^:said:\n/m;
	eval { $session->{run}->finish };
	delete $session->{run};
	return (undef, $session->{err});
}

# Run a program with the block as its input, in the database of the session; nothing, or what is wrong.
sub run_program
{
	my ($command, $block) = @_;
	my $session = session($block);
	local %ENV = (%ENV, PGHOST => $session->{node}->host, PGPORT => $session->{node}->port, PGDATABASE => $session->{database});
	my $output = '';

	return if IPC::Run::run($command, '<', \$block->{text}, '>', \$output, '2>&1', IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $output;
}

# ---- one rule for each language; each returns nothing, or what is wrong ----

sub run_sql
{
	my ($block) = @_;
	my $publisher = node('docs')->connstr(basename($block->{file}, '.md')) =~ s/'/''/gr;
	my ($output, $complaint) = say_to(session($block), $block->{text} =~ s/host=… dbname=…/$publisher/r);

	return defined $output ? undef : $complaint;
}

sub compare_psql
{
	my ($block) = @_;

	foreach my $pair (Blocks::statements($block->{text}))
	{
		my ($statement, $written) = @$pair;
		my ($printed, $complaint) = say_to(session($block), $statement);
		return $complaint unless defined $printed;
		my ($what_counts) = grep { Blocks::word($block, $_) } qw(columns lines);
		my $difference = Blocks::difference($written, $printed, $what_counts);
		return "$difference\n$printed" if $difference;
	}
	return;
}

# The modules that a block of Python imports, and a Python that has them: the first of the
# search path or Debian's.
sub modules { return $_[0]->{text} =~ /^\s*(?:import|from) (\w+)/mg }

sub python
{
	my ($block) = @_;
	my $import = join '; ', 'pass', map { "import $_" } modules($block);

	return (grep { system("$_ -c '$import' > /dev/null 2>&1") == 0 } 'python3', '/usr/bin/python3')[0];
}

# As somebody would paste it, but an error ends it.
sub run_shell { return run_program([ 'bash', '-eu', '-o', 'pipefail', '-s' ], $_[0]) }

# Would a server start with these settings?
sub check_settings
{
	my ($block) = @_;
	my $file = "$scratch/postgresql.conf";
	my $output = '';

	append_to_file($file, $block->{text});
	IPC::Run::run([ 'postgres', '-D', node('docs')->data_dir, '-c', "config_file=$file", '-C', 'max_connections' ], '>&', \$output) or return $output;
	unlink $file;
	return;
}

# Does systemd know what is in the unit?  It says so on its output, whatever its status.
sub check_unit
{
	my ($block) = @_;
	my ($kind) = $block->{text} =~ /^\[(Service|Timer)\]$/m or return 'neither a service nor a timer';
	my $file = "$scratch/recurnet\@.\L$kind";
	my $output = '';

	append_to_file($file, $block->{text});
	IPC::Run::run([ 'systemd-analyze', 'verify', $file ], '>&', \$output);
	unlink $file;
	my @said = grep { /\Q$scratch\E|recurnet/ } split /\n/, $output;
	return @said ? join("\n", @said) : undef;
}

# What can be said of a shell block that is not run: is it one, and are the targets of make there?
sub misspelt
{
	my ($block) = @_;
	my $output = '';
	my $makefile = slurp_file('Makefile');

	IPC::Run::run([ 'bash', '-n' ], '<', \$block->{text}, '>&', \$output) or return $output;
	my @unknown = grep { $makefile !~ /^(#   make )?\Q$_\E\b/m } $block->{text} =~ /^make ([a-z-]+)/mg;
	return @unknown ? "no target of the Makefile: @unknown" : undef;
}

# ---- all documents ----

sub try_block
{
	my ($block) = @_;
	my $what = "$block->{file}:$block->{line} $block->{language}";
	my $rule = $run_as{ $block->{language} };

	if (!$rule)
	{
		fail("$what: there is no rule for this language");
	}
	elsif ($block->{not_run})
	{
		$count{ $block->{language} }{'not run'}++;
		my $wrong = $block->{language} eq 'sh' && misspelt($block);
		if ($wrong) { fail($what); diag($wrong) }
	  SKIP: { skip("$what: $block->{not_run}", 1) unless $wrong }
	}
	elsif ($block->{run_by})
	{
		$count{ $block->{language} }{'run by other tests'}++;
		my $named = -e $block->{run_by} && slurp_file($block->{run_by}) =~ /\Q$block->{file}\E/;
		ok($named, "$what: run by $block->{run_by}");
	}
	elsif (my $lack = $lacks{ $block->{language} } && $lacks{ $block->{language} }->($block))
	{
		$count{ $block->{language} }{'without what it needs'}++;
	  SKIP: { skip("$what: there is no $lack here", 1) }
	}
	else
	{
		$count{ $block->{language} }{run}++;
		my $start = time;
		my $wrong = $rule->($block);
		ok(!$wrong, $what . sprintf(' (%d s)', time - $start)) or diag($wrong);
	}
}

sub try_links
{
	my ($document) = @_;
	my @dead;

	foreach my $link (Blocks::links($document))
	{
		my ($line, $path, $anchor) = @$link;
		my $target = $path eq '' ? $document : dirname($document) . "/$path";
		push @dead, "$line: $path#" . ($anchor // '')
		  if !-e $target || (defined $anchor && $target =~ /\.md$/ && !Blocks::anchors($target)->{$anchor});
	}
	is("@dead", '', "$document: its links lead somewhere");
}

chdir "$ENV{TESTDIR}/project";
my @documents = split ' ', $ENV{DOCUMENTS} // join ' ', 'README.md', sort(glob 'docs/*.md'), 'examples/README.md';
foreach my $document (@documents)
{
	try_links($document);
	my @blocks = eval { Blocks::of_file($document) };
	is($@, '', "$document: its blocks have a beginning, an end and a language");
	try_block($_) foreach @blocks;
}

foreach my $language (sort keys %count)
{
	note("$language: " . join(', ', map { "$count{$language}{$_} $_" } sort keys %{ $count{$language} }));
}
foreach (values %sessions)
{
	next unless $_->{run};
	$_->{in} .= "\\q\n";
	eval { $_->{run}->finish };    # an error of it was reported
}
done_testing();
