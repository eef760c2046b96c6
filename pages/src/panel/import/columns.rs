//! `/panel/import/{id}/columns`: what the columns of a table mean, and the first messages that they make.

use actix_web::web;
use askama::Template;
use base::error::Error;
use domain::import as imports;
use domain::import::{ColumnMeaning, DateOrder, PreviewRow, StoredTable};
use uuid::Uuid;

use super::super::{Answer, AppData, EmptyForm, Fields, Form, Member, Nav, Notice, PageContext, Right, SelectOption};
use super::super::{html, to};

#[derive(Template)]
#[template(path = "panel/import/columns.html")]
struct ColumnsPage {
    page: PageContext,
    id: String,
    file: String,
    columns: Vec<ColumnChoice>,
    /// What is still to be chosen, each with the id of its field.
    open: Vec<(&'static str, String)>,
    /// The account's side among the senders; none if no column says who wrote.
    we: Option<String>,
    /// How a date can be read; empty if the file shows it.
    dates: Vec<SelectOption>,
    zone: String,
    preview: Vec<Bubble>,
}

/// A column of the table.
struct ColumnChoice {
    field: String,
    name: String,
    values: String,
    meanings: Vec<SelectOption>,
}

/// A row of the file as a chat will show it.
pub(super) struct Bubble {
    pub line: i64,
    pub ours: bool,
    pub who: String,
    /// As `<time>`; empty if the file does not say it.
    pub time: String,
    pub text: String,
    pub file: String,
    /// Why it will be skipped; empty if it will not.
    pub skipped: String,
}

impl Bubble {
    pub fn of(page: &PageContext, row: PreviewRow) -> Self {
        match row.message {
            Ok(message) => {
                let who = match (message.is_ours, message.author.is_empty()) {
                    (false, _) => message.customer,
                    (true, true) => format!("→ {}", message.customer),
                    (true, false) => format!("{} → {}", message.author, message.customer),
                };
                let time = message.sent_at.map(|at| page.stamp(&at)).unwrap_or_default();
                let skipped = String::new();
                Self {
                    line: row.line,
                    ours: message.is_ours,
                    who,
                    time,
                    text: message.text,
                    file: message.file,
                    skipped,
                }
            }
            Err(skipped) => Self {
                line: row.line,
                ours: false,
                who: String::new(),
                time: String::new(),
                text: String::new(),
                file: String::new(),
                skipped,
            },
        }
    }
}

/// Values of a column that are shown beside its name.
const VALUES: usize = 3;

async fn find(app: &AppData, member: &Member, id: &str) -> Result<StoredTable, Error> {
    member.require(Right::Import)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    imports::find_table(&app.usage, member.tenant_id, id).await?.ok_or(Error::NotFound)
}

/// `GET /panel/import/{id}/columns`
pub(super) async fn form(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let stored = find(&app, &member, &id).await?;
    let page = member.page("import-columns", Nav::Import);
    let (words, table) = (page.words, &stored.table);
    let meanings = |chosen: Option<ColumnMeaning>| {
        let chosen = chosen.map_or("", ColumnMeaning::word);
        let known = ColumnMeaning::ALL.map(|one| (one.word(), words.text_of("import-column-", one.word())));
        let all = [("", words.text("import-column-none"))].into_iter().chain(known);
        all.map(|(word, label)| SelectOption::new(word, label, chosen)).collect()
    };
    let columns = table.columns.iter().enumerate().map(|(place, column)| ColumnChoice {
        field: format!("c{place}"),
        name: match column.name.as_str() {
            "" => format!("{} {}", words.text("import-field"), place + 1),
            name => name.to_owned(),
        },
        values: column.values.iter().take(VALUES).map(String::as_str).collect::<Vec<_>>().join(" · "),
        meanings: meanings(column.meaning),
    });
    let open = table.open().into_iter().map(|one| {
        let field = match one.pointer.as_ref() {
            "/dates" => "dates",
            "/we" => "we",
            "/zone" => "zone",
            _ => "c0",
        };
        (field, one.detail.in_words(words, member.crm()).to_string())
    });
    let open: Vec<_> = open.collect();
    let preview = match open.is_empty() {
        true => imports::preview_table(&app.usage, &stored, words.language()).await?,
        false => Vec::new(),
    };
    let shown = ColumnsPage {
        id: stored.row.id.to_string(),
        file: stored.row.file_name.clone(),
        columns: columns.collect(),
        open,
        we: table.column(ColumnMeaning::Sender).map(|_| table.we.join(", ")),
        dates: dates(&page, &stored),
        zone: if table.zone.is_empty() { page.zone.name().to_owned() } else { table.zone.clone() },
        preview: preview.into_iter().map(|row| Bubble::of(&page, row)).collect(),
        page: page.clone(),
    };
    html(&page, &shown)
}

fn dates(page: &PageContext, stored: &StoredTable) -> Vec<SelectOption> {
    let Some(written) = stored.table.unclear_date() else { return Vec::new() };
    let chosen = stored.table.dates.map_or("", DateOrder::word);
    let reading = |order: DateOrder| {
        let date = stored.table.unclear_moment(order, page.zone)?;
        let date = page.when(&date).date();
        let label = page.words.text("import-dates-means").with("written", written).with("date", date);
        Some(SelectOption::new(order.word(), label, chosen))
    };
    let none = SelectOption::new("", page.words.text("import-dates-choose"), chosen);
    [none].into_iter().chain(DateOrder::ALL.into_iter().filter_map(reading)).collect()
}

/// `POST /panel/import/{id}/columns`: stores the choice; then counts the messages, or shows the first ones.
pub(super) async fn choose(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    let mut stored = find(&app, &member, &id).await?;
    let table = &mut stored.table;
    let before = table.column(ColumnMeaning::Sender).map(|column| column.name.clone());
    for (place, column) in table.columns.iter_mut().enumerate() {
        column.meaning = ColumnMeaning::parse(form.get(&format!("c{place}")));
    }
    if table.column(ColumnMeaning::Sender).map(|column| column.name.clone()) != before {
        table.guess_us();
    } else {
        table.say_us(form.get("we"));
    }
    table.dates = DateOrder::parse(form.get("dates"));
    table.zone = form.get("zone").trim().to_owned();
    imports::choose(&app.usage, &stored).await?;
    let here = format!("/panel/import/{}/columns", stored.row.id);
    if form.get("do") != "check" || !stored.table.open().is_empty() {
        return Ok(to(&here));
    }
    let source = domain::source::find(&app.sources, member.tenant_id, stored.row.source_id).await?;
    match imports::take_in_table(&app.usage, &source, &stored, true).await {
        Ok(received) => {
            let row = received.keep(&app.usage, &member.by()).await?;
            Ok(to(&format!("/panel/import/{}", row.id)))
        }
        Err(error @ Error::Internal(_)) => Err(error),
        Err(error) => {
            let said = error.first_text().sentence(member.words, member.crm());
            let said = Notice::failed(member.words.text("said-quoted").with("text", said));
            member.see_other(&app, &here, said).await
        }
    }
}

/// `POST /panel/import/{id}/discard`
pub(super) async fn discard(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    let stored = find(&app, &member, &id).await?;
    imports::discard_table(&app.usage, &stored).await?;
    member.see_other(&app, "/panel/import", Notice::done(member.words.text("import-discarded"))).await
}
