//! Events for the vendor's own webhooks: what was sent to them, with which answer, and resending.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use domain::identity::{EmptyForm, Form};
use domain::vendor_events::EventState;
use domain::vendor_webhooks as events;
use domain::vendor_webhooks::EventFilter;
use entity::{tenant, vendor_event, vendor_event_attempt};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::{Head, Tab};
use super::accounts::{self, AccountSearch};
use super::operator::AdminVisitor;
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, Tone, choice, html};

const HERE: &str = "/admin/webhooks";
/// Events on a page, and attempts of one.
const PAGE: u64 = 50;
/// Accounts that a search text may name.
const ACCOUNTS: u64 = 50;

#[derive(Template)]
#[template(path = "admin/webhooks.html")]
struct EventsPage {
    page: PageContext,
    /// Of the account by whose id it is filtered.
    head: Option<Head>,
    query: EventsQuery,
    states: Vec<(&'static str, Sentence)>,
    rows: Vec<EventRow>,
    /// No webhook is configured.
    is_off: bool,
    newest: Option<String>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/webhook.html")]
struct EventPage {
    page: PageContext,
    row: EventRow,
    body: String,
    attempts: Vec<vendor_event_attempt::Model>,
}

struct EventRow {
    event: vendor_event::Model,
    /// Empty if the account is gone.
    host: String,
    tone: Tone,
    state: Sentence,
    last: Option<vendor_event_attempt::Model>,
}

/// The filters in the query string.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EventsQuery {
    /// Part of an account's address or name, or its id.
    account: String,
    state: String,
    /// The last event of the previous page.
    after: Option<Uuid>,
}

impl EventsQuery {
    fn address(&self, after: Option<Uuid>) -> String {
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        choice::address(
            HERE,
            &[("account", self.account.as_str()), ("state", self.state.as_str()), ("after", after.as_str())],
        )
    }

    async fn filter(&self, app: &PanelContext) -> Result<EventFilter> {
        let search: String = self.account.trim().replace('\0', "");
        let about = if search.is_empty() {
            None
        } else {
            let wanted = AccountSearch { search: search.clone(), state: None };
            let found = accounts::find(app.store.read(), &wanted, None, ACCOUNTS).await?;
            // An account that was deleted is found by its id alone.
            let id = Uuid::try_parse(&search).ok();
            Some(found.into_iter().map(|tenant| tenant.tenant_id).chain(id).collect())
        };
        Ok(EventFilter { about, state: EventState::parse(&self.state) })
    }
}

/// The list.
pub async fn show(app: AppData, visitor: AdminVisitor, query: web::Query<EventsQuery>) -> Answer {
    let query = query.into_inner();
    let filter = query.filter(&app).await?;
    let mut found = events::list_events(app.store.read(), &filter, query.after, PAGE + 1).await?;
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let head = Head::of_id(&app, visitor.words, &query.account, Tab::Webhooks).await?;
    let page = head.as_ref().map_or_else(|| visitor.page("webhooks-title", HERE), |head| head.page(&visitor));
    let list = EventsPage {
        head,
        states: EventState::ALL
            .map(|state| (state.as_str(), visitor.words.text_of("admin-event-state-", state.as_str())))
            .to_vec(),
        is_off: app.config.vendor_webhooks.is_empty(),
        newest: query.after.map(|_| query.address(None)),
        older: found.last().filter(|_| more).map(|last| query.address(Some(last.id))),
        rows: rows(&app, &visitor, found).await?,
        query,
        page: page.clone(),
    };
    html(&page, &list)
}

/// One event: what is sent, and the attempts.
pub async fn event(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>) -> Answer {
    let event = events::one_event(app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    let attempts = events::attempts(app.store.read(), event.id, None, PAGE).await?;
    let body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    let row = rows(&app, &visitor, vec![event]).await?.pop().ok_or(Error::NotFound)?;
    let page = visitor.page(row.event.kind.clone(), HERE);
    let shown = EventPage { row, body: format!("{body:#}"), attempts, page: page.clone() };
    html(&page, &shown)
}

/// Queues an event once more.
pub async fn resend(app: AppData, visitor: AdminVisitor, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let event = events::one_event(app.store.read(), *id).await?.ok_or(Error::NotFound)?;
    events::resend(&app, &event).await?;
    let detail = json!({ "type": event.kind, "tenant_id": event.about_id, "webhook": event.webhook });
    visitor.audit(&app, app.store.write(), "vendor_event.resent", &event.id.to_string(), detail).await?;
    let notice = Notice::of(Tone::Wait, visitor.words.text("webhooks-resent"));
    visitor.see_other(&app, &format!("{HERE}/{id}"), notice).await
}

async fn rows(app: &PanelContext, visitor: &AdminVisitor, found: Vec<vendor_event::Model>) -> Result<Vec<EventRow>> {
    let ids: Vec<Uuid> = found.iter().map(|event| event.about_id).collect();
    let tenants: Vec<tenant::Model> = accounts::by_ids(app.store.read(), &ids).await?;
    let mut last = events::last_attempts(app.store.read(), &found).await?;
    let row = |event: vendor_event::Model| {
        let tenant = tenants.iter().find(|tenant| tenant.tenant_id == event.about_id);
        EventRow {
            host: tenant.map(|tenant| tenant.host.clone()).unwrap_or_default(),
            tone: match EventState::parse(&event.state) {
                Some(EventState::Delivered) => Tone::Ok,
                Some(EventState::Failed) | None => Tone::Bad,
                Some(EventState::Waiting) if event.tries > 0 => Tone::Warn,
                Some(EventState::Waiting) => Tone::Wait,
            },
            state: visitor.words.text_of("admin-event-state-", event.state.clone()),
            last: last.remove(&event.id),
            event,
        }
    };
    Ok(found.into_iter().map(row).collect())
}
