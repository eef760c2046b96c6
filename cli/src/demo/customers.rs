//! Actions of customers at the simulated messengers.

use std::time::Duration;

use anyhow::Context;
use simulator::vk::ServerStatus;

use super::messengers::{DemoLine, Messengers};

/// Polling interval of a phone while an answer is awaited.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The customer and the line of a conversation, by the messengers' ids.
#[derive(Clone)]
pub enum Customer {
    Telegram { who: i64, bot: i64 },
    WhatsApp { who: i64, phone: String },
    Max { who: i64, bot: i64 },
    Vk { who: i64, community: i64 },
    Avito { who: i64, item: i64, seller: i64 },
    Meta { who: i64, account: String },
}

impl Messengers {
    /// Sends a text as the customer of this line.
    pub fn writes(&self, line: &DemoLine, text: &str) -> anyhow::Result<()> {
        match &line.customer {
            Customer::Telegram { who, bot } => {
                let phone = self.telegram.customer(*who, *bot);
                phone.starts("")?;
                phone.writes(text).map(drop)
            }
            Customer::WhatsApp { who, phone } => self.whatsapp.customer(*who, phone).writes(text).map(drop),
            Customer::Max { who, bot } => {
                let phone = self.max.customer(*who, *bot);
                phone.starts("")?;
                phone.writes(text).map(drop)
            }
            Customer::Vk { who, community } => self.vk.customer(*who, *community).writes(text).map(drop),
            Customer::Avito { who, item, .. } => self.avito.customer(*who, *item).writes(text).map(drop),
            Customer::Meta { who, account } => self.meta.customer(*who, account).writes(text).map(drop),
        }
    }

    /// Waits until the messenger calls the line's address: VK confirms it first, and does not deliver what was written
    /// before.
    pub async fn calls(&self, line: &DemoLine, patience: Duration) -> anyhow::Result<()> {
        let Customer::Vk { community, .. } = &line.customer else { return Ok(()) };
        let look = async {
            while !self.vk.servers(*community).iter().any(|server| server.status == ServerStatus::Ok) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(patience, look).await.context("the messenger did not confirm the address of the line")
    }

    /// Waits until the customer of this line has received this text.
    pub async fn gets(&self, line: &DemoLine, text: &str, patience: Duration) -> anyhow::Result<()> {
        let look = async {
            while !self.has(line, text) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(patience, look).await.context("the answer did not reach the customer's phone")
    }

    fn has(&self, line: &DemoLine, text: &str) -> bool {
        match &line.customer {
            Customer::Telegram { who, bot } => {
                self.telegram.history(*bot, *who).iter().any(|message| message.text == text)
            }
            Customer::WhatsApp { phone, .. } => self.whatsapp.sent(phone).iter().any(|message| message.text == text),
            Customer::Max { bot, .. } => self.max.sent(*bot).iter().any(|message| message.text == text),
            Customer::Vk { who, community } => {
                self.vk.sent_to(*community, *who).iter().any(|message| message.text == text)
            }
            Customer::Avito { seller, .. } => self.avito.sent(*seller).iter().any(|message| message.text == text),
            Customer::Meta { who, account } => {
                self.meta.sent_to(account, *who).iter().any(|message| message.text == text)
            }
        }
    }
}
