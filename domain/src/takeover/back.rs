//! The way back: the other services get the line again, and what only Parom received meanwhile is still delivered.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::message::Direction;
use base::store::in_transaction;
use connectors::{Denied, Shadow, SwitchOff};
use entity::{job as jobs, letter, source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::source::handover;
use crate::source::line::watch::not_connected;
use crate::source::takeover::{self, Takeover, TakeoverState, TakeoverStep, read, row, under_way};
use crate::source::{By, SourceContext};

use super::switch::{BY_HAND, LOOK_EVERY};
use super::{BACK_WITHIN, Effect, Next, Run};

/// How long other processes may believe that a source sends, by what they know of it.
const CACHED: i64 = 6_000;

/// Gives a line back to the services that had it. 404 if it was never taken over, 409 `takeover_over` if it was too long ago
/// or is given back already, `takeover_under_way` during a switch.
pub async fn back(app: &SourceContext, source: &source::Model, by: &By) -> Result<Takeover> {
    let stored = row(app, source).await?.ok_or(Error::NotFound)?;
    let takeover = read(&stored)?;
    if takeover.state.is_under_way() {
        return Err(under_way());
    }
    let now = app.clock.millis();
    let is_over = takeover.switched_at.is_none_or(|at| now >= at + BACK_WITHIN);
    if takeover.state != TakeoverState::Switched || is_over || stored.sealed.is_none() {
        let detail = LocalizedText::new("said-takeover-over");
        return Err(Error::Conflict { problem: "takeover_over", detail });
    }
    let takeover = Takeover { state: TakeoverState::Returning, step: TakeoverStep::Stop, ..takeover };
    let id = source.id.to_string();
    in_transaction(&app.store, async |tx| {
        let changed = jobs::Entity::update_of(source.tenant_id)
            .col_expr(jobs::Column::Payload, Expr::value(json!(takeover).to_string()))
            .col_expr(jobs::Column::NextTryAt, Expr::value(Some(now)))
            .col_expr(jobs::Column::Tries, Expr::value(0))
            .filter(jobs::Column::Kind.eq(takeover::KIND))
            .filter(jobs::Column::Key.eq(id.as_str()))
            .filter(jobs::Column::Payload.eq(stored.payload))
            .exec(tx)
            .await?;
        if changed.rows_affected != 1 {
            return Err(Error::Unavailable { detail: LocalizedText::new("said-source-busy"), retry_after: 1 });
        }
        by.did(app, tx, "source.returning", (source.tenant_id, &id), json!({ "name": source.name })).await?;
        Ok(())
    })
    .await?;
    Ok(takeover)
}

impl Run<'_> {
    /// The source sends nothing from the commit on that stores this step.
    pub(super) fn stop(&self, takeover: &mut Takeover) -> Next {
        takeover.back_from = Some(self.app.clock.millis());
        Next::Step(TakeoverStep::PutBack, Effect::Submerge)
    }

    /// Registers the other services again. If the messenger refuses one, the reason is kept for the report and the rest goes on.
    pub(super) async fn put_back(&self, takeover: &mut Takeover) -> Result<Next> {
        let Some(back_from) = takeover.back_from else {
            // Nothing was switched off.
            return Ok(Next::Step(TakeoverStep::Unmirror, Effect::None));
        };
        let since = if takeover.state == TakeoverState::Returning { back_from + CACHED } else { back_from };
        if self.app.clock.millis() < since {
            return Ok(Next::At(since));
        }
        // Those that never lost it, or have it again after a repeat.
        let now = self.receivers().await.unwrap_or_default();
        let by_hand = self.others.iter().any(|one| one.off == SwitchOff::ByHand && !now.contains(one));
        if by_hand && self.app.clock.millis() < back_from + BY_HAND {
            return Ok(Next::At(self.app.clock.millis() + LOOK_EVERY));
        }
        for one in self.others.iter().filter(|one| one.off != SwitchOff::ByHand && !now.contains(one)) {
            let trouble = match self.connector.put_back(&self.settings, one).await {
                Ok(()) => None,
                Err(denied @ Denied::Away(_)) => return Err(not_connected(denied)),
                Err(denied) => Some(denied.text().clone()),
            };
            if let Some(known) = takeover.others.iter_mut().find(|known| known.id == one.id) {
                known.trouble = trouble;
            }
        }
        // Whoever has no address any more, as one who asks instead, gets what waits at the messenger.
        if let Some(hook) = self.hook.as_ref().filter(|_| self.connector.shadow() == Shadow::Nothing)
            && let Err(denied @ Denied::Away(_)) = self.connector.remove_webhook(&self.settings, hook).await
        {
            return Err(not_connected(denied));
        }
        takeover.back_at = Some(self.app.clock.millis());
        Ok(Next::Step(TakeoverStep::SettleBack, Effect::None))
    }

    /// Removes the source from amoCRM, when everything is there.
    pub(super) async fn unmirror(&self, takeover: &mut Takeover) -> Result<Next> {
        let now = self.app.clock.millis();
        let waiting = letter::Entity::of_tenant(self.source.tenant_id)
            .filter(letter::Column::SourceId.eq(self.source.id))
            .filter(letter::Column::Direction.eq(Direction::ToCrm.number()))
            .count(self.app.store.read())
            .await?;
        if waiting > 0 {
            return Ok(Next::At(now + LOOK_EVERY));
        }
        handover::unmirrored(&self.app.sources, self.source).await?;
        takeover.returned_at = Some(now);
        takeover.state = match takeover.state {
            TakeoverState::RollingBack => TakeoverState::RolledBack,
            _ => TakeoverState::Returned,
        };
        Ok(Next::Step(TakeoverStep::Settle, Effect::GiveBack))
    }
}
