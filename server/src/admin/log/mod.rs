//! The audit log: the vendor's, or an account's, filtered, as a page and as CSV.

pub mod csv;
mod find;

use actix_web::{HttpResponse, web};
use askama::Template;
use entity::audit;
use serde::Deserialize;
use uuid::Uuid;

use super::operator::Operator;
use super::page::{self, Page};
use super::refused::Result;
use crate::api::cursor::Page as Cut;
use crate::app::App;
use crate::panel::Tone;
use crate::store::VENDOR;
use find::Filter;

const HERE: &str = "/admin/audit";

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Log {
    page: Page,
    query: Query,
    wrong: bool,
    rows: Vec<audit::Model>,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
}

/// The filters as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Query {
    /// An account's address or our id of it; empty: the vendor's own log.
    #[serde(default)]
    account: String,
    /// Part of a name.
    #[serde(default)]
    who: String,
    /// The beginning of an action: `account`, `operator.signed_in`.
    #[serde(default)]
    what: String,
    /// First and last day, UTC.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    cursor: Option<String>,
}

impl Query {
    fn address(&self, path: &str, cursor: Option<&str>) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let given = [
            ("account", self.account.as_str()),
            ("who", &self.who),
            ("what", &self.what),
            ("from", &self.from),
            ("to", &self.to),
            ("cursor", cursor.unwrap_or_default()),
        ];
        for (name, value) in given {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        format!("{path}?{}", pairs.finish())
    }

    fn filters(&self) -> [&str; 6] {
        ["admin-audit", &self.account, &self.who, &self.what, &self.from, &self.to]
    }
}

/// The page.
pub async fn show(app: web::Data<App>, Operator(visitor): Operator, query: web::Query<Query>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let cut = Cut::read(None, query.cursor.as_deref(), &query.filters())?;
    let filter = Filter::read(&app, &query).await?;
    let (rows, next) = match &filter {
        Some(filter) => cut.cut(filter.rows(&app, cut.after, cut.rows()).await?, |row| row.id),
        None => (Vec::new(), None),
    };
    let page = Page::of(&app, &visitor, HERE, visitor.words.say("audit-title")).await?;
    let log = Log {
        page: page.clone(),
        wrong: filter.is_none(),
        csv: query.address("/admin/audit.csv", None),
        newest: query.cursor.is_some().then(|| query.address(HERE, None)),
        older: next.map(|next| query.address(HERE, Some(&next))),
        query,
        rows,
    };
    Ok(page::html(&page, &log))
}

impl Log {
    /// The key of an action's words, if it has any.
    fn did(&self, row: &audit::Model) -> String {
        format!("audit-did-{}", row.action.replace('.', "-"))
    }

    /// The account that a row is about, when it is one.
    fn account(&self, row: &audit::Model) -> Option<Uuid> {
        if row.tenant_id != VENDOR {
            return Some(row.tenant_id);
        }
        row.action.starts_with("account.").then(|| Uuid::try_parse(&row.object).ok())?
    }
}
