# forecast.R: train, forecast and judge from R, with DBI
#
# Connects as psql does (PGHOST, PGDATABASE, ...), to a database that has the extension
# and the table of load.sql; by the driver RPostgres or, where only that is there,
# RPostgreSQL.

library(DBI)

setting <- function(name, otherwise) {
    value <- Sys.getenv(name)
    if (nzchar(value)) value else otherwise
}
driver <- if (nzchar(system.file(package = "RPostgres"))) RPostgres::Postgres() else RPostgreSQL::PostgreSQL()
connection <- dbConnect(driver, host = setting("PGHOST", "localhost"), port = as.integer(setting("PGPORT", "5432")),
    dbname = setting("PGDATABASE", "postgres"), user = setting("PGUSER", Sys.info()[["user"]]), password = Sys.getenv("PGPASSWORD"))

query <- "SELECT date, amount FROM electric"
quoted <- dbQuoteString(connection, query)

model <- dbGetQuery(connection, paste0(
    "SELECT rn_train('gru', ", quoted, ", '{\"horizon\": 12, \"ensemble\": 2}', name => 'from R')::int AS id"))$id

forecast <- dbGetQuery(connection, paste0(
    "SELECT ts, forecast, lower, upper FROM rn_forecast_as(NULL::date, ", model, "::bigint, 12)"))
history <- dbGetQuery(connection, query)
print(tail(history, 2))
print(forecast)

# Drawn as anything else: plot(history, type = "l"); lines(forecast$ts, forecast$forecast, lty = 2)

print(dbGetQuery(connection, paste0(
    "SELECT * FROM rn_backtest_summary('gru', ", quoted, ", '{\"ensemble\": 1}', folds => 2, horizon => 12)")))

invisible(dbDisconnect(connection))
