//! The contacts and leads that a user who is not an administrator may see in amoCRM: by the user's rights, and by who
//! is responsible for them (crm-api §3.2). amoCRM is queried with the account's own access, which sees everything, so
//! the result must not exceed what the user could see there.
//!
//! amoCRM also shows a lead to people added to its chat; its API does not report them, so they see less here.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use amocrm::rest::{Contact, Lead, Pipeline, StageRights, View};
use base::cache::Cache;
use base::error::Error;
use base::i18n::LocalizedText;
use base::rate_limit::RateLimiter;
use chrono::TimeDelta;
use domain::audit::{self, AuditEntry};
use domain::tenant::token::{CallError, TokenError, with_token};
use serde_json::json;
use uuid::Uuid;

use super::door::{Caller, Result, WidgetError, seconds};
use crate::widget_api::WidgetContext;

/// How long amoCRM's answer is cached: a right withdrawn there ends here within this time.
const FRESH: TimeDelta = TimeDelta::minutes(3);
/// Invisible contacts that a user may ask for …
const MOST_STRANGERS: usize = 30;
/// … within this time.
const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// What a user asks for: a contact and a lead may have the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Seen {
    Contact(i64),
    Lead(i64),
}

/// A user's rights to see contacts and leads.
#[derive(Clone, Debug)]
pub(super) struct Viewer {
    id: i64,
    group_id: i64,
    contacts: View,
    leads: View,
    stages: Vec<StageRights>,
    at: i64,
}

/// Whether a contact or a lead may be seen, and the contacts of a lead.
#[derive(Clone, Debug)]
pub(super) struct Visibility {
    allowed: bool,
    contacts: Arc<Vec<i64>>,
    at: i64,
}

/// Invisible contacts and leads that were asked for, since a time.
pub(super) type Strangers = Arc<Mutex<(i64, BTreeSet<Seen>)>>;

impl Viewer {
    fn may(&self, view: View, responsible: Option<i64>, group: Option<i64>) -> bool {
        match view {
            View::All => true,
            View::Group => responsible == Some(self.id) || group == Some(self.group_id),
            View::Own => responsible == Some(self.id),
            View::Denied => false,
        }
    }

    fn may_see_contact(&self, contact: &Contact) -> bool {
        self.may(self.contacts, contact.responsible_user_id, contact.group_id)
    }

    /// Rights for a stage override those for all leads.
    fn may_see_lead(&self, lead: &Lead) -> bool {
        let here = |stage: &&StageRights| {
            Some(stage.pipeline_id) == lead.pipeline_id && Some(stage.status_id) == lead.status_id
        };
        let view = self.stages.iter().find(here).map_or(self.leads, |stage| stage.view);
        self.may(view, lead.responsible_user_id, lead.group_id)
    }
}

/// The contacts that the caller may see, and whether the lead is visible; all of them for an administrator. A user who
/// asks for many invisible ones is stopped.
pub(super) async fn of(
    app: &Arc<WidgetContext>,
    caller: &Caller,
    contacts: Vec<i64>,
    lead: Option<i64>,
) -> Result<(Vec<i64>, Option<i64>)> {
    if caller.is_admin || (contacts.is_empty() && lead.is_none()) {
        return Ok((contacts, lead));
    }
    not_a_walk(app, caller).await?;
    let viewer = viewer(app, caller).await?;
    let by_lead = contacts.is_empty();
    let seen = match lead {
        Some(id) => lead_seen(app, caller, &viewer, id).await?,
        None => None,
    };
    let of_lead = seen.as_ref().map(|seen| seen.contacts.clone()).unwrap_or_default();
    let (mut allowed, mut strangers) = (Vec::new(), Vec::new());
    for id in contacts {
        // On the card of a visible lead amoCRM shows the chats of its contacts.
        if of_lead.contains(&id) || contact_seen(app, caller, &viewer, id).await? {
            allowed.push(id);
        } else {
            strangers.push(Seen::Contact(id));
        }
    }
    let refused_lead = lead.filter(|_| seen.is_none() && allowed.is_empty()).map(Seen::Lead);
    note(app, caller, strangers.into_iter().chain(refused_lead)).await?;
    // When contacts are given, the lead adds none.
    let lead = lead.filter(|_| by_lead && seen.is_some());
    Ok((allowed, lead))
}

/// Whether the caller may see the contact of a chat, by amojo's ids of the chat.
pub(super) async fn of_chat(app: &Arc<WidgetContext>, caller: &Caller, chats: &[String]) -> Result<bool> {
    if caller.is_admin {
        return Ok(true);
    }
    not_a_walk(app, caller).await?;
    let viewer = viewer(app, caller).await?;
    let asking = with_token(&app.tenants, caller.tenant.tenant_id, |rest, token| {
        let chats = chats.to_vec();
        async move {
            let ids: Vec<&str> = chats.iter().map(String::as_str).collect();
            rest.contacts_of_chats(&token, &ids).await
        }
    });
    let hanging = asking.await.map_err(silent)?;
    for chat in &hanging {
        if contact_seen(app, caller, &viewer, chat.contact_id).await? {
            return Ok(true);
        }
    }
    note(app, caller, hanging.into_iter().map(|chat| Seen::Contact(chat.contact_id))).await?;
    Ok(false)
}

async fn viewer(app: &Arc<WidgetContext>, caller: &Caller) -> Result<Arc<Viewer>> {
    let (tenant_id, id) = (caller.tenant.tenant_id, caller.user_id);
    let now = app.clock.millis();
    if let Some(known) =
        app.widget.viewers.get(&(tenant_id, id)).await.filter(|known| known.at + FRESH.num_milliseconds() > now)
    {
        return Ok(known);
    }
    let user = with_token(&app.tenants, tenant_id, |rest, token| async move { rest.user(&token, id).await })
        .await
        .map_err(silent)?;
    // An unknown or disabled user sees nothing.
    let user = user.filter(|user| user.is_active);
    let (contacts, leads) = user.as_ref().map_or((View::Denied, View::Denied), |user| (user.contacts, user.leads));
    let viewer = Arc::new(Viewer {
        id,
        group_id: user.as_ref().and_then(|user| user.group_id).unwrap_or(0),
        contacts,
        leads,
        stages: user.map(|user| user.stages).unwrap_or_default(),
        at: now,
    });
    app.widget.viewers.insert((tenant_id, id), viewer.clone()).await;
    Ok(viewer)
}

async fn contact_seen(app: &Arc<WidgetContext>, caller: &Caller, viewer: &Viewer, id: i64) -> Result<bool> {
    match viewer.contacts {
        View::All => return Ok(true),
        View::Denied => return Ok(false),
        View::Group | View::Own => {}
    }
    let tenant_id = caller.tenant.tenant_id;
    if let Some(seen) = remembered(app, (tenant_id, viewer.id, Seen::Contact(id))).await {
        return Ok(seen.allowed);
    }
    let asking = with_token(&app.tenants, tenant_id, |rest, token| async move { rest.contact(&token, id).await });
    let contact = asking.await.map_err(silent)?;
    let allowed = contact.is_some_and(|contact| viewer.may_see_contact(&contact));
    let seen = Visibility { allowed, contacts: Arc::default(), at: viewer.at };
    app.widget.sights.insert((tenant_id, viewer.id, Seen::Contact(id)), seen).await;
    Ok(allowed)
}

/// None: the lead is invisible or does not exist.
async fn lead_seen(app: &Arc<WidgetContext>, caller: &Caller, viewer: &Viewer, id: i64) -> Result<Option<Visibility>> {
    if viewer.leads == View::Denied && viewer.stages.is_empty() {
        return Ok(None);
    }
    let tenant_id = caller.tenant.tenant_id;
    if let Some(seen) = remembered(app, (tenant_id, viewer.id, Seen::Lead(id))).await {
        return Ok(Some(seen).filter(|seen| seen.allowed));
    }
    let asking = with_token(&app.tenants, tenant_id, |rest, token| async move { rest.lead(&token, id).await });
    let lead = asking.await.map_err(silent)?.filter(|lead| viewer.may_see_lead(lead));
    let allowed = lead.is_some();
    let contacts = Arc::new(lead.map(|lead| lead.contacts).unwrap_or_default());
    let seen = Visibility { allowed, contacts, at: viewer.at };
    app.widget.sights.insert((tenant_id, viewer.id, Seen::Lead(id)), seen.clone()).await;
    Ok(Some(seen).filter(|seen| seen.allowed))
}

/// As old as the rights it was computed from: nothing is used longer than [`FRESH`] in all.
async fn remembered(app: &WidgetContext, key: (Uuid, i64, Seen)) -> Option<Visibility> {
    let now = app.clock.millis();
    app.widget.sights.get(&key).await.filter(|seen| seen.at + FRESH.num_milliseconds() > now)
}

/// Refuses users who asked for too many invisible contacts.
async fn not_a_walk(app: &WidgetContext, caller: &Caller) -> Result<()> {
    let now = app.clock.millis();
    let Some(strangers) = app.widget.unknown_callers.get(&(caller.tenant.tenant_id, caller.user_id)).await else {
        return Ok(());
    };
    let strangers = strangers.lock().unwrap_or_else(PoisonError::into_inner);
    let left = strangers.0 + WINDOW.num_milliseconds() - now;
    if left > 0 && strangers.1.len() > MOST_STRANGERS {
        return Err(WidgetError::TooFast(seconds(left)));
    }
    Ok(())
}

/// Counts requests for invisible contacts; the first beyond the limit is recorded in the audit log.
async fn note(app: &WidgetContext, caller: &Caller, ids: impl Iterator<Item = Seen>) -> Result<()> {
    let mut ids = ids.peekable();
    if ids.peek().is_none() {
        return Ok(());
    }
    let now = app.clock.millis();
    let key = (caller.tenant.tenant_id, caller.user_id);
    let strangers = app.widget.unknown_callers.get_with(key, async { Arc::default() }).await;
    let walks = {
        let mut strangers = strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if strangers.0 + WINDOW.num_milliseconds() <= now {
            *strangers = (now, BTreeSet::new());
        }
        let before = strangers.1.len();
        strangers.1.extend(ids.take(MOST_STRANGERS + 1));
        before <= MOST_STRANGERS && strangers.1.len() > MOST_STRANGERS
    };
    if !walks {
        return Ok(());
    }
    tracing::warn!(tenant.id = %key.0, user.id = key.1, "an amoCRM user requested many contacts they have no access to");
    let by = caller.by(app).await?;
    let (actor, object) = (&by.actor, caller.user_id.to_string());
    let detail = json!({ "contacts": MOST_STRANGERS + 1 });
    let entry = AuditEntry {
        tenant_id: key.0,
        actor,
        action: "card.refused",
        object: &object,
        detail,
        address: by.address,
        done: false,
    };
    audit::record(app, app.store.write(), entry).await?;
    Err(WidgetError::TooFast(seconds(WINDOW.num_milliseconds())))
}

fn silent(error: CallError) -> Error {
    as_error(error)
}

pub(super) fn as_error(error: CallError) -> Error {
    if let CallError::Token(error) = &error
        && let Some(detail) = error.text()
    {
        return Error::Conflict { problem: error.problem(), detail };
    }
    match error {
        CallError::Token(TokenError::Internal(cause)) => Error::Internal(anyhow::anyhow!(cause)),
        CallError::Crm(amocrm::Error::Refused { status: status @ (400..=403 | 405..=428), .. }) => Error::Conflict {
            problem: "crm_refused",
            detail: LocalizedText::new("said-crm-answered-mute").with("status", status),
        },
        error => {
            tracing::warn!(%error, "amoCRM did not return the chats of a contact");
            Error::Unavailable { detail: LocalizedText::new("said-crm-silent"), retry_after: 5 }
        }
    }
}

// In-memory state of an instance about the widget's callers. Losing it costs calls to amoCRM or allows a few more
// requests.

/// Shared by the threads of an instance.
pub struct CallerMemory {
    /// By tenant and amoCRM user.
    pub(super) requests: RateLimiter<(Uuid, i64)>,
    /// By integration, account and token.
    pub(super) exchanges: RateLimiter<String>,
    pub(super) renamings: RateLimiter<Uuid>,
    /// With the time they were read.
    pub(super) pipelines: Cache<Uuid, (i64, Arc<Vec<Pipeline>>)>,
    /// The rights in amoCRM of users who are not administrators.
    pub(super) viewers: Cache<(Uuid, i64), Arc<Viewer>>,
    /// By tenant, user and contact or lead.
    pub(super) sights: Cache<(Uuid, i64, Seen), Visibility>,
    /// Conversations that a card showed to a user, with the time.
    pub(super) shown: Cache<(Uuid, i64, Uuid), i64>,
    /// Contacts and leads that a user asked for and may not see.
    pub(super) unknown_callers: Cache<(Uuid, i64), Strangers>,
    /// amojo's ids of the chats of a card, with the time they were read.
    pub(super) chats: Cache<Card, (i64, Arc<Vec<String>>)>,
}

/// A card: the account, its contacts, its lead.
pub(super) type Card = (Uuid, Vec<i64>, Option<i64>);

impl Default for CallerMemory {
    fn default() -> Self {
        let hour = Duration::from_secs(3600);
        Self {
            requests: RateLimiter::new(50_000),
            exchanges: RateLimiter::new(50_000),
            renamings: RateLimiter::new(20_000),
            pipelines: Cache::builder().max_capacity(5_000).time_to_live(hour).build(),
            viewers: Cache::builder().max_capacity(50_000).time_to_live(hour).build(),
            sights: Cache::builder().max_capacity(100_000).time_to_live(hour).build(),
            shown: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(120)).build(),
            unknown_callers: Cache::builder().max_capacity(50_000).time_to_live(hour).build(),
            chats: Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(120)).build(),
        }
    }
}
