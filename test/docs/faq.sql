-- docs/faq.md: something to look at
CREATE EXTENSION recurnet;
