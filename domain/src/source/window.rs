//! The time in which a customer may be answered freely, counted from their last message (chats-api §5.9). Later only
//! templates are allowed, if the messenger knows any.

use std::time::Duration;

use connectors::{Connector, Support};
use entity::{conversation, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

use crate::source::SourceContext;

/// A source's time for free answers, in milliseconds after the customer's last message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// For what people write.
    pub people: i64,
    /// For what bots write; not longer.
    pub bots: i64,
    /// Whether templates may be sent after it.
    pub templates: bool,
}

/// The setting by which a source has a window of its own.
#[derive(Deserialize)]
struct OwnWindow {
    time_window_seconds: Option<u32>,
}

impl Window {
    /// A source's window: its own setting, else that of its kind. None if its customers may always be answered.
    pub fn of(connector: &dyn Connector, source: &source::Model) -> Option<Self> {
        // Settings were checked when they were stored.
        let own = serde_json::from_str::<OwnWindow>(&source.settings).ok().and_then(|own| own.time_window_seconds);
        let abilities = connector.abilities();
        let templates = abilities.features.templates == Support::Native;
        if let Some(seconds) = own {
            let millis = i64::from(seconds) * 1000;
            return Some(Self { people: millis, bots: millis, templates });
        }
        let window = abilities.window?;
        let bots = millis(window.length);
        Some(Self { people: window.by_people.map_or(bots, millis).max(bots), bots, templates })
    }

    /// Until when people may answer this customer freely, in milliseconds since 1970; none if the customer never wrote.
    pub fn until(&self, row: &conversation::Model) -> Option<i64> {
        until(row, self.people)
    }

    /// Whether people may answer this customer freely.
    pub fn is_open(&self, row: &conversation::Model, now: i64) -> bool {
        until(row, self.people).is_some_and(|until| until > now)
    }

    /// Ends the window of a customer, as read, at `now`, in milliseconds since 1970, unless they wrote since it was read.
    pub async fn close(&self, app: &SourceContext, row: &conversation::Model, now: i64) -> Result<(), DbErr> {
        let over = now.saturating_sub(self.people).min(row.heard_at);
        conversation::Entity::update_by_id((row.tenant_id, row.id))
            .col_expr(conversation::Column::HeardAt, Expr::value(over))
            .col_expr(conversation::Column::FreeUntil, Expr::value(row.free_until.min(now)))
            .filter(conversation::Column::HeardAt.eq(row.heard_at))
            .filter(conversation::Column::FreeUntil.eq(row.free_until))
            .exec(app.store.write())
            .await?;
        Ok(())
    }

    /// Until when a customer may be answered freely who reacted at `at`, both in milliseconds since 1970. Meta counts a reaction
    /// as it counts a message, but not for the longer time that people have.
    pub fn until_after_reaction(&self, at: i64) -> i64 {
        at.saturating_add(self.bots)
    }

    /// Until when bots may do so too.
    pub fn bots_until(&self, row: &conversation::Model) -> Option<i64> {
        until(row, self.bots)
    }

    /// Whether bots may do so too.
    pub fn is_open_to_bots(&self, row: &conversation::Model, now: i64) -> bool {
        self.bots_until(row).is_some_and(|until| until > now)
    }
}

/// Records until when a customer may be answered freely, in milliseconds since 1970. An earlier end shortens nothing.
pub async fn grant(app: &SourceContext, (tenant_id, conversation_id): (Uuid, Uuid), until: i64) -> Result<(), DbErr> {
    let column = conversation::Column::FreeUntil;
    conversation::Entity::update_by_id((tenant_id, conversation_id))
        .col_expr(column, Expr::value(until))
        .filter(column.lt(until))
        .exec(app.store.write())
        .await?;
    Ok(())
}

fn until(row: &conversation::Model, length: i64) -> Option<i64> {
    let by_message = (row.heard_at > 0).then(|| row.heard_at.saturating_add(length));
    by_message.max(Some(row.free_until).filter(|until| *until > 0))
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_have_longer_than_bots_and_a_longer_grant_counts() {
        let window = Window { people: 700, bots: 100, templates: false };
        let at = |heard_at, free_until| conversation::Model { heard_at, free_until, ..entity::fixture::conversation() };
        let open = |row: &conversation::Model, now| (window.is_open(row, now), window.is_open_to_bots(row, now));
        let row = at(1_000, 0);
        assert_eq!(
            [1_099, 1_100, 1_699, 1_700].map(|now| open(&row, now)),
            [(true, true), (true, false), (true, false), (false, false)]
        );
        assert_eq!(open(&at(1_000, 5_000), 4_999), (true, true), "an advertisement opened it for longer");
        assert_eq!((open(&at(0, 0), 1), window.until(&at(0, 0))), ((false, false), None));
        assert_eq!(window.until(&at(0, 5_000)), Some(5_000));
    }
}
