//! The tables as CSV.

use actix_web::HttpRequest;
use base::error::{Error, Result};
use domain::delivery::read::figures::Times;
use domain::delivery::read::report::MOST_LISTED;
use serde_json::json;

use super::ReadReport;
use super::query::ReportQuery;
use super::view::{TABLES, name_of_manager, name_of_source};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, Member, Right, csv};

/// `GET /panel/reports.csv?table=sources|managers|hours|unanswered` with the page's filters.
pub(super) async fn download(app: AppData, member: Member, request: HttpRequest) -> Answer {
    member.require(Right::Retry)?;
    let query = ReportQuery::read(&request);
    let table = TABLES.into_iter().find(|table| *table == query.table).ok_or(Error::NotFound)?;
    let read = ReadReport::of(&app, &member, &query).await?;
    let text = match table {
        "sources" => sources(&read),
        "managers" => managers(&read),
        "hours" => hours(&read),
        _ => unanswered(&app, &member, &read).await?,
    };
    member.audit(&app, app.store.write(), "report.exported", table, json!({})).await?;
    Ok(csv::file(&format!("report-{table}.csv")).body(text))
}

fn times(times: Option<Times>) -> [String; 3] {
    let figure = |of: fn(&Times) -> i64| times.as_ref().map(|times| of(times).to_string()).unwrap_or_default();
    [times.map_or(0, |times| times.messages).to_string(), figure(|times| times.median), figure(|times| times.most)]
}

fn sources(read: &ReadReport) -> String {
    let mut text = csv::head(&[
        "source_id",
        "source",
        "from_customers",
        "to_customers",
        "failed",
        "first_answers",
        "median_ms",
        "p95_ms",
    ]);
    for (id, flow) in read.report.by_source() {
        let [answers, median, most] = times(read.report.answers_of(id));
        let (came, went, failed) = (flow.came.to_string(), flow.went.to_string(), flow.failed.to_string());
        text.push_str(&csv::line([
            id.to_string(),
            name_of_source(read, id),
            came,
            went,
            failed,
            answers,
            median,
            most,
        ]));
    }
    text
}

fn managers(read: &ReadReport) -> String {
    let mut text = csv::head(&["amojo_id", "manager", "messages", "first_answers", "median_ms", "p95_ms"]);
    for share in read.report.by_manager(&read.users) {
        let [answers, median, most] = times(share.answers);
        let name = name_of_manager(read, &share.amojo_id);
        text.push_str(&csv::line([share.amojo_id, name, share.messages.to_string(), answers, median, most]));
    }
    text
}

fn hours(read: &ReadReport) -> String {
    let mut text = csv::head(&["weekday", "hour", "from_customers", "to_customers", "failed"]);
    for (day, hours) in read.report.by_hour(read.page.zone).iter().enumerate() {
        for (hour, flow) in hours.iter().enumerate() {
            let (came, went, failed) = (flow.came.to_string(), flow.went.to_string(), flow.failed.to_string());
            text.push_str(&csv::line([(day + 1).to_string(), hour.to_string(), came, went, failed]));
        }
    }
    text
}

async fn unanswered(app: &PanelContext, member: &Member, read: &ReadReport) -> Result<String> {
    let mut text = csv::head(&["conversation_id", "customer", "source_id", "source", "since", "waits_ms"]);
    let mut chats = read.report.unanswered();
    chats.truncate(MOST_LISTED);
    for some in chats.chunks(500) {
        let customers = read.customers(app, member.tenant_id, some).await?;
        for (chat, customer) in some.iter().zip(customers) {
            text.push_str(&csv::line([
                chat.conversation_id.to_string(),
                customer,
                chat.source_id.to_string(),
                name_of_source(read, chat.source_id),
                csv::moment(chat.since),
                (app.clock.millis() - chat.since).max(0).to_string(),
            ]));
        }
    }
    Ok(text)
}
