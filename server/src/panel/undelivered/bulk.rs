//! Sending again or giving up many: first a page that counts, then the deed, each thing once.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;
use uuid::Uuid;

use super::Query;
use crate::app::App;
use crate::delivery::dead as deeds;
use crate::delivery::read::dead::{self, Wanted};
use crate::delivery::read::list::Ground;
use crate::error::{Error, Result};
use crate::panel::{self, Fields, Form, Member, Nav, Notice, PageContext, Right, Tone};
use crate::words::{Said, Sentence};

/// So many at once: a page has to answer before its reader leaves.
const MOST: u64 = 500;
const NAMES: [&str; 7] = ["id", "all", "do", "source", "reason", "period", "back"];

/// What is to become of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Retry,
    Drop,
}

impl Deed {
    fn of(fields: &Fields) -> Result<Self> {
        match fields.get("do") {
            "retry" => Ok(Self::Retry),
            "drop" => Ok(Self::Drop),
            _ => Err(Error::Malformed(Said::new("said-form-deed"))),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Drop => "drop",
        }
    }
}

#[derive(Template)]
#[template(path = "panel/undelivered/confirm.html")]
struct Confirm {
    page: PageContext,
    sentence: Sentence,
    more: Option<Sentence>,
    deed: &'static str,
    button: Sentence,
    danger: bool,
    ids: Vec<Uuid>,
    back: String,
}

fn query_of(fields: &Fields) -> Query {
    Query {
        source: fields.get("source").to_owned(),
        reason: fields.get("reason").to_owned(),
        period: fields.get("period").to_owned(),
        cursor: None,
    }
}

/// `POST /panel/undelivered/confirm`: counts what was chosen and changes nothing.
pub async fn ask(app: web::Data<App>, member: Member, form: Form<Fields>) -> Result<HttpResponse> {
    member.require(Right::Retry)?;
    form.known(&NAMES)?;
    let deed = Deed::of(&form)?;
    let query = query_of(&form);
    let title = match deed {
        Deed::Retry => "undelivered-retry-title",
        Deed::Drop => "undelivered-drop-title",
    };
    let page = member.page(title, Nav::Undelivered);
    let (db, tenant_id) = (app.store.read(), member.tenant.tenant_id);
    let wanted = if form.has("all") {
        let ground = Ground::of_tenant(db, tenant_id).await?;
        query.wanted(&page, &ground, app.clock.millis())
    } else {
        Wanted { ids: Some(chosen(&form)?), ..Wanted::default() }
    };
    let mut ids = dead::ids(db, tenant_id, &wanted, MOST + 1).await?;
    let more = u64::try_from(ids.len()).is_ok_and(|count| count > MOST);
    ids.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let back = query.address("/panel/undelivered", "");
    if ids.is_empty() {
        let notice = Notice::of(Tone::Warn, member.words.say("undelivered-none-chosen"));
        return member.see_other(&app, &back, notice).await;
    }
    let dry = dead::dry_run(db, tenant_id, &ids).await?;
    let words = page.words;
    let (sentence, button) = match deed {
        Deed::Retry => (
            words.say("undelivered-retry-confirm").with("count", dry.count).with("maybe", dry.maybe_twice),
            words.say("undelivered-retry-selected").with("count", dry.count),
        ),
        Deed::Drop => (
            words.say("undelivered-drop-confirm").with("count", dry.count).with("crm", page.crm),
            words.say("undelivered-drop-selected").with("count", dry.count),
        ),
    };
    let confirm = Confirm {
        sentence,
        more: more.then(|| words.say("undelivered-most").with("count", MOST)),
        deed: deed.word(),
        button,
        danger: deed == Deed::Drop,
        ids,
        back,
        page: page.clone(),
    };
    panel::html(&page, &confirm)
}

/// `POST /panel/undelivered/decide`: does it to each that is still there.
pub async fn decide(app: web::Data<App>, member: Member, form: Form<Fields>) -> Result<HttpResponse> {
    member.require(Right::Retry)?;
    form.known(&NAMES)?;
    let deed = Deed::of(&form)?;
    let ids = chosen(&form)?;
    let tenant_id = member.tenant.tenant_id;
    let mut done: u64 = 0;
    for id in &ids {
        let changed = match deed {
            Deed::Retry => deeds::retry(&app, tenant_id, *id).await?,
            Deed::Drop => deeds::drop(&app, tenant_id, *id).await?,
        };
        done += u64::from(changed);
    }
    let (action, key) = match deed {
        Deed::Retry => ("undelivered.sent_again", "undelivered-retried"),
        Deed::Drop => ("undelivered.dropped", "undelivered-dropped"),
    };
    if done > 0 {
        let object = if let [one] = ids.as_slice() { one.to_string() } else { String::new() };
        member.audit(&app, app.store.write(), action, &object, json!({ "count": done })).await?;
    }
    let tone = if done > 0 { Tone::Ok } else { Tone::Warn };
    let notice = Notice::of(tone, member.words.say(key).with("count", done));
    member.see_other(&app, "/panel/undelivered", notice).await
}

fn chosen(fields: &Fields) -> Result<Vec<Uuid>> {
    let ids: Vec<_> = fields
        .all("id")
        .into_iter()
        .map(Uuid::try_parse)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Malformed(Said::new("said-form-id")))?;
    let fits = u64::try_from(ids.len()).is_ok_and(|count| count <= MOST);
    if fits { Ok(ids) } else { Err(Error::Malformed(Said::new("said-form-most").with("most", MOST))) }
}
