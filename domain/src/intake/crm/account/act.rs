//! Processes the CRM's hooks after they were answered. Nothing depends on it: whatever is missed here is found by the
//! next regular check, so only a limited number may wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use amocrm::hooks::crm::{Action, CrmEvent};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::contact::{self, ContactEvent};
use crate::intake::IntakeContext;
use crate::intake::clean;
use crate::template;

/// Hooks processed at once.
const AT_ONCE: usize = 4;
/// Hooks that may wait to be processed; further ones are dropped.
const WAITING: usize = 1_000;

/// Limits how many hooks are processed at once. One in each `IntakeContext`.
pub struct Acts {
    running: Semaphore,
    waiting: AtomicUsize,
}

impl Default for Acts {
    fn default() -> Self {
        Self { running: Semaphore::new(AT_ONCE), waiting: AtomicUsize::new(0) }
    }
}

/// A check required by a hook.
pub(super) enum HookCheck {
    Contact(ContactEvent),
    /// A template, by its id.
    Template(i64),
}

/// The check that an event requires, if any.
pub(super) fn check_of(event: &CrmEvent) -> Option<HookCheck> {
    Some(match event {
        CrmEvent::Contact(Action::Delete, contact) => HookCheck::Contact(ContactEvent::Gone(contact.id)),
        CrmEvent::Contact(Action::Update, contact) => HookCheck::Contact(ContactEvent::Named(
            contact.id,
            contact.name.as_deref().map(clean).filter(|name| !name.is_empty())?,
        )),
        CrmEvent::Talk(Action::Add | Action::Update, talk) => {
            HookCheck::Contact(ContactEvent::Linked(talk.chat_id.as_deref().map(clean)?, talk.contact_id?))
        }
        CrmEvent::TemplateReview(template) => HookCheck::Template(template.id),
        _ => return None,
    })
}

pub(super) async fn act(app: &Arc<IntakeContext>, tenant_id: Uuid, checks: Vec<HookCheck>) {
    if app.crm_acts.waiting.fetch_add(1, Ordering::Relaxed) < WAITING {
        // An error is impossible: the semaphore is never closed.
        let _running = app.crm_acts.running.acquire().await;
        for check in checks {
            check.look(app, tenant_id).await;
        }
    } else {
        tracing::debug!(tenant.id = %tenant_id, "too many concurrent CRM hooks: their changes will be read later");
    }
    app.crm_acts.waiting.fetch_sub(1, Ordering::Relaxed);
}

impl HookCheck {
    async fn look(self, app: &Arc<IntakeContext>, tenant_id: Uuid) {
        let done = match &self {
            Self::Contact(event) => {
                contact::wake(&app.tenants, tenant_id, event).await.map(|_| ()).map_err(anyhow::Error::from)
            }
            Self::Template(id) => template::look(&app.sources, tenant_id, *id).await,
        };
        if let Err(error) = done {
            tracing::info!(tenant.id = %tenant_id, error = format!("{error:#}"), "a CRM hook could not be processed; its changes will be read later");
        }
    }
}
