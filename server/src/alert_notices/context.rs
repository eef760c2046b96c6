//! The state that this module needs.

use std::sync::Arc;

use base::rate_limit::RateLimiter;
use connectors::telegram::notice_bot::NoticeBot;

use crate::delivery::DeliveryContext;
use crate::identity::IdentityContext;
use crate::platform::{PlatformContext, stands_on};

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
