//! Sends alerts to people and programs: alerts that open within a minute share a notice, an account gets at most one in
//! ten minutes, an alert that stays open is reported once more, and a closing notice reports its end.
//!
//! ```text
//! alert.letter_at ─▶ claim ─▶ readers × channels · texts ─▶ alert_notice, one commit with the next letter_at
//! alert_notice    ─▶ claim ─▶ e-mail · the vendor's bot · browsers · the account's webhook ─▶ gone, or tried again later
//! ```
//!
//! Notices contain nothing of messages, only names of sources and numbers.

pub mod bot;
pub mod notice;
pub mod push;
pub mod readers;
mod sections;
mod send;
pub mod webhook;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::due;
use base::rate_limit::RateLimiter;
use connectors::telegram::notice_bot::NoticeBot;
use entity::alert::{self, Column};
use sea_orm::{DbErr, EntityTrait};
use uuid::Uuid;

use crate::delivery::DeliveryContext;
use crate::identity::IdentityContext;
use crate::platform::{PlatformContext, stands_on};

pub use notice::AlertCard;
pub use sections::remedy_of;
pub use write::is_on;

/// Alerts per query; further ones follow in the next.
const BATCH: u64 = 200;

/// A round; an error is left to the next.
pub async fn look(app: Arc<AlertNoticeContext>) {
    if let Err(error) = round(&app).await {
        tracing::warn!(error = format!("{error:#}"), "notices about alerts are delayed; it will be retried");
    }
}

/// Writes and sends what is due now; returns the number of notices sent.
pub async fn round(app: &Arc<AlertNoticeContext>) -> anyhow::Result<usize> {
    for (tenant_id, alerts) in due(app).await? {
        if let Err(error) = Box::pin(write::notices(app, tenant_id, alerts)).await {
            // Written when the claim expires; other accounts do not wait for it.
            tracing::error!(tenant.id = %tenant_id, error = format!("{error:#}"), "notices about an account's alerts could not be written");
        }
    }
    Box::pin(send::due_now(app)).await
}

/// Due alerts by account.
async fn due(app: &AlertNoticeContext) -> Result<BTreeMap<Uuid, Vec<alert::Model>>, DbErr> {
    let rows = due::rows(&app.store, alert::Entity::find(), Column::LetterAt, BATCH).await?;
    let mut found: BTreeMap<Uuid, Vec<alert::Model>> = BTreeMap::new();
    for row in rows {
        found.entry(row.tenant_id).or_default().push(row);
    }
    Ok(found)
}

// The state that this module needs.

/// The context of notices about alerts.
pub struct AlertNoticeContext {
    pub platform: Arc<PlatformContext>,
    pub delivery: Arc<DeliveryContext>,
    pub identity: Arc<IdentityContext>,
    /// The vendor's bot; none if `alerts.telegram_token` is not set.
    pub bot: Option<NoticeBot>,
    /// What each chat sends to the bot.
    pub bot_chats: RateLimiter<i64>,
}

/// Chats with the bot whose rate is tracked.
const CHATS: u64 = 20_000;

impl AlertNoticeContext {
    pub fn new(delivery: Arc<DeliveryContext>, identity: Arc<IdentityContext>) -> Self {
        let config = &delivery.config;
        let token = config.alerts.telegram_token.clone();
        let bot = token.map(|token| NoticeBot::new(&delivery.http, &config.telegram.api_url, token));
        Self { platform: delivery.platform.clone(), delivery, identity, bot, bot_chats: RateLimiter::new(CHATS) }
    }
}

stands_on!(AlertNoticeContext);
