//! One account's channel to be compared, and its rate limit.

use std::sync::Arc;

use amocrm::chats::Chats;
use base::config::ConfiguredChannel;
use base::rate_limit::Budget;
use entity::{tenant_channel, turn};
use queue::{RATE, TargetRate};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::delivery::history::Scoped;
use crate::delivery::letters::amojo_rate;
use crate::intake::IntakeContext;
use crate::lookup::ConnectedScope;
use crate::tenant::{self, ChannelStatus};

/// The percentage of a scope's requests that comparisons may use (issue 4, item 7).
const SHARE_PERCENT: i64 = 5;

/// A connected channel of an account.
pub(super) struct ComparedChannel<'a> {
    pub app: &'a Arc<IntakeContext>,
    pub scope: Arc<ConnectedScope>,
    pub channel: ConfiguredChannel,
    chats: Chats,
}

impl<'a> ComparedChannel<'a> {
    /// None if it is not connected; amoCRM then sends no hooks for it.
    pub async fn find(app: &'a Arc<IntakeContext>, tenant_id: Uuid, channel_id: Uuid) -> anyhow::Result<Option<Self>> {
        let row = tenant_channel::Entity::of_tenant(tenant_id)
            .filter(tenant_channel::Column::ChannelId.eq(channel_id))
            .filter(tenant_channel::Column::Status.eq(ChannelStatus::Connected.as_str()))
            .one(app.store.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let Some((integration, channel)) = tenant::channel_config(&app.tenants, channel_id) else { return Ok(None) };
        let Some(scope) = app.lookup.scope(&row.scope_id).await? else { return Ok(None) };
        Ok(Some(Self { app, scope, channel, chats: tenant::chats(&app.tenants, &integration)? }))
    }

    pub fn scoped(&self) -> Scoped<'_> {
        Scoped { chats: &self.chats, secret: &self.channel.secret, scope_id: &self.scope.channel.scope_id }
    }

    /// Its account and channel.
    pub fn key(&self) -> (Uuid, Uuid) {
        (self.scope.tenant.tenant_id, self.scope.channel.channel_id)
    }

    /// Waits for the scope's rate limit. False if the server stops.
    pub async fn pace(&self) -> bool {
        let waited = self.app.histories.wait(self.key(), budget(amojo_rate(&self.app.delivery)));
        metrics::counter!("parom_history_calls_total").increment(1);
        self.app.stop.run_until_cancelled(waited).await.is_some()
    }

    /// When letters to amoCRM resume (milliseconds since 1970), if they wait because amoCRM does not accept them:
    /// comparisons wait as well. None if nothing holds them.
    pub async fn stopped_until(&self) -> anyhow::Result<Option<i64>> {
        let (tenant_id, channel_id) = self.key();
        let turn = turn::Entity::of_tenant(tenant_id)
            .filter(turn::Column::Target.eq(channel_id))
            .one(self.app.store.read())
            .await?;
        let stopped = turn.filter(|turn| !turn.reason.is_empty() && turn.reason != RATE);
        let now = self.app.clock.millis();
        Ok(stopped.map(|turn| turn.ready_at.unwrap_or(i64::MAX)).filter(|until| *until > now))
    }
}

/// No bursts: one call after the other at the share of the rate.
fn budget(rate: TargetRate) -> Budget {
    let share = (rate.per_second * SHARE_PERCENT / 100).max(1);
    Budget { at_once: 1, each: (1_000_000 + share - 1) / share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_for_missed_messages_make_five_of_a_hundred_requests() {
        for (rate, millis) in [(10.0, 2_000), (5.0, 4_000), (500.0, 40), (0.5, 40_000)] {
            assert_eq!(budget(TargetRate::of(rate)), Budget { at_once: 1, each: millis }, "{rate} a second");
        }
    }
}
