# Blocks.pm: the code blocks of a Markdown file, and what a test is to do with them
#
# A block is fenced by three backticks and has a language, or begins with "=> ":
# then it is a session of psql, statements and what they print.  A comment right
# before it may say more:
#
#   <!-- not run: WHY -->     it cannot be run by a test
#   <!-- run by: FILE -->     another test runs it, and names this document
#   <!-- test: WORD... -->    database=NAME  in a database of its own; test/docs/FILE-NAME.sql fills it
#                             server=NAME    on another server, of that name
#                             columns        of what is printed only the columns count
#                             lines          the columns and the number of lines

package Blocks;

use strict;
use warnings;

# All blocks of a file, in order: references to hashes of file, line, language, words
# (of the fence, after the language), text, and not_run, run_by and test as above.  Dies of
# a block that is not closed, or that is made by indenting: such a one has no language.
sub of_file
{
	my ($file) = @_;
	my (@blocks, $block, $indent, %mark);
	my $after_blank = 1;

	open(my $in, '<:raw', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		if ($block)
		{
			if ($line =~ /^\s*```\s*$/)
			{
				push @blocks, $block;
				$block = undef;
				%mark = ();
				next;
			}
			$line =~ s/^ {0,$indent}//;
			$block->{text} .= $line;
		}
		elsif ($line =~ /^( *)```\s*(.*?)\s*$/)
		{
			my ($language, @words) = split ' ', $2;
			$indent = length $1;
			$block = { file => $file, line => $., language => $language // '', words => \@words, text => '', %mark };
		}
		elsif ($line =~ /^\s*<!-- (not run|run by|test): (.*?) -->\s*$/)
		{
			my ($word, $value) = ($1, $2);
			$mark{ $word =~ s/ /_/r } = $value;
		}
		elsif ($after_blank && $line =~ /^(    |\t)/)
		{
			die "$file:$.: a code block without a fence, and so without a language\n";
		}
		elsif ($line =~ /\S/)
		{
			%mark = ();
		}
		$after_blank = $line =~ /^\s*$/;
	}
	die "$file:$block->{line}: a code block without an end\n" if $block;
	close $in;
	foreach (@blocks)
	{
		$_->{language} = 'psql' if $_->{language} eq '' && $_->{text} =~ /^=> /;
	}
	return @blocks;
}

# A word of the test comment: its value, or true if it has none.
sub word
{
	my ($block, $name) = @_;

	return unless ($block->{test} // '') =~ /(?:^|\s)\Q$name\E(?:=(\S+))?(?:\s|$)/;
	return $1 // 1;
}

# A session of psql as pairs of a statement and what it prints.
sub statements
{
	my ($text) = @_;
	my @pairs;

	foreach my $part (split /^=> /m, $text)
	{
		next unless $part =~ /\S/;
		my ($statement, $printed) = $part =~ /\A(.*?;)[^\n;]*\n(.*)\z/s
		  or die "a statement without an end: $part";
		push @pairs, [ $statement, $printed ];
	}
	return @pairs;
}

# Is what was printed what is written?  Texts, columns and the number of rows must be the
# same; numbers may be a twentieth apart, as processors of another class round otherwise.
# What counts: all of that (undef), 'columns' or 'lines'.  Returns nothing, or what differs.
sub difference
{
	my ($written, $printed, $what_counts) = @_;
	my @written = rows($written);
	my @printed = rows($printed);

	$what_counts //= 'all';
	return scalar(@printed) . ' lines instead of ' . scalar(@written) if $what_counts ne 'columns' && @written != @printed;
	foreach my $i ($what_counts eq 'all' ? (0 .. $#written) : 0)
	{
		my @want = @{ $written[$i] };
		my @got = @{ $printed[$i] };
		return "line $i: " . join(' | ', @got) . ' instead of ' . join(' | ', @want)
		  if @want != @got || grep { !same($want[$_], $got[$_]) } 0 .. $#want;
	}
	return;
}

# The cells of what psql prints, without the rule below the columns.
sub rows
{
	my ($text) = @_;

	return map { [ map { s/^\s+|\s+$//gr } split /\|/, $_, -1 ] } grep { /\S/ && !/^[-+\s]+$/ } split /\n/, $text;
}

# The same text, or, where all that differs is numbers, such that are close.
sub same
{
	my ($want, $got) = @_;
	my $number = qr/(?<![\w.-])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.-])/;
	my (@want, @got);

	return 1 if $want eq $got;
	return 0 if ($want =~ s/$number/#/gr) ne ($got =~ s/$number/#/gr);
	@want = $want =~ /$number/g;
	@got = $got =~ /$number/g;
	foreach (0 .. $#want)
	{
		my $unit = $want[$_] =~ /\.(\d+)$/ ? 10**-length($1) : 1;
		my $size = abs($want[$_]) > abs($got[$_]) ? abs($want[$_]) : abs($got[$_]);
		$unit = 0 unless $want[$_] =~ /\./;    # whole numbers count things
		return 0 if abs($want[$_] - $got[$_]) > $size / 20 + $unit;
	}
	return 1;
}

# Links of a file to others of the project, with the line: [line, target, anchor].
sub links
{
	my ($file) = @_;
	my @links;
	my $in_block = 0;

	open(my $in, '<:raw', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		$in_block = !$in_block if $line =~ /^\s*```/;
		next if $in_block;
		push @links, [ $., $1, $2 ] while $line =~ /\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g;
	}
	close $in;
	return @links;
}

# The anchors of the headings of a file, as GitHub makes them.
sub anchors
{
	my ($file) = @_;
	my %anchors;
	my $in_block = 0;

	open(my $in, '<:raw', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		$in_block = !$in_block if $line =~ /^\s*```/;
		next if $in_block || $line !~ /^#+ +(.*?)\s*$/;
		$anchors{ lc($1) =~ s/[^\w\- ]//gr =~ s/ /-/gr } = 1;
	}
	close $in;
	return \%anchors;
}

1;
