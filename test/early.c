/*
 * early.c
 *		Loaded beside the address sanitizer, into a server that was built without it.
 *
 * The sanitizer sets itself up at the first allocation, and asks the C library
 * for words on the way.  Some libraries of Debian's PostgreSQL first allocate
 * while they hold the lock of these words (libgpg-error, in bindtextdomain): the
 * lock is left broken, and the server waits for it for ever.  So somebody
 * allocates before them all.  Link with -z initfirst.
 */
#include <stdlib.h>

__attribute__((constructor)) static void
allocate_early(void)
{
	void	   *volatile pointer = malloc(1);

	free(pointer);
}
