//! Decisions as they are stored: before anything of them is done, then with every step.

use std::collections::BTreeMap;

use base::error::Result;
use base::json::NumericId;
use base::store::in_transaction;
use base::worded::worded;
use entity::route_decision::{self, Column, Model};
use entity::{route_turn, route_version};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::decide::{RuleName, decide};
use super::plan::{Ask, Presence};
use super::round_robin::Turn;
use super::rule::Assignee;
use super::{Facts, RuleSet, Verdict};
use crate::delivery::read::first_id_at;
use crate::job::{NewJob, schedule_new};
use crate::platform::PlatformContext;
use crate::vendor_events::{self, VendorEventKind};

worded! {
    /// How far a decision was carried out. Texts are `route-state-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum DecisionState, word {
        /// Something is still to be done.
        Open = "open",
        /// A person has to accept the incoming lead first.
        Waiting = "waiting",
        Done = "done",
        /// amoCRM did not do what was asked for.
        Failed = "failed",
    }
}

worded! {
    /// The outcome of a step. Texts are `route-outcome-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Outcome, word {
        /// It may have been done: its answer was not stored yet.
        Begun = "begun",
        Done = "done",
        /// amoCRM refused it.
        Refused = "refused",
        /// It was not needed.
        Skipped = "skipped",
    }
}

/// The kind of job that looks whether somebody answered in time, see `fallback`.
pub const FALLBACKS: &str = "route_fallbacks";
/// The name of its step.
pub const FALLBACK_STEP: &str = Ask::Fallback { minutes: 0 }.word();

/// The step of an enquiry that ended before it was carried out: its customer was blocked, or a person declined it in amoCRM.
pub const OVER: &str = "over";

/// The step that sets stage, responsible user and tags.
pub(super) const CHANGE: &str = "change";

/// A step that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// As in the list of what is asked for.
    pub ask: String,
    pub outcome: Outcome,
    /// Milliseconds since 1970.
    pub at: i64,
    /// amoCRM's words, or the id of who or what it is about; empty if there is nothing to say.
    #[serde(default)]
    pub detail: String,
}

/// A decision as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RouteDecisionOut {
    pub state: DecisionState,
    /// The version of the routes.
    pub version: i32,
    /// The rule that decided; null if none matched.
    #[schema(required)]
    pub rule: Option<RuleName>,
    /// amoCRM's id of the lead; null if it is not known.
    #[schema(required, value_type = Option<String>, example = "3102959")]
    pub lead_id: Option<NumericId>,
    /// amoCRM's id of the user who became responsible, by the rule or because nobody answered; null if nobody did.
    #[schema(required, value_type = Option<String>, example = "504141")]
    pub responsible: Option<NumericId>,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Decision {
    pub row: Model,
    pub facts: Facts,
    /// Without the other rules: why they did not match would be most of the row, and *Try* computes it again.
    pub verdict: Verdict,
    pub steps: Vec<Step>,
}

impl Decision {
    fn of(row: Model) -> serde_json::Result<Self> {
        let (facts, verdict) = (serde_json::from_str(&row.facts)?, serde_json::from_str(&row.verdict)?);
        let steps = serde_json::from_str(&row.steps)?;
        Ok(Self { row, facts, verdict, steps })
    }

    /// The outcome of a step, if it was tried.
    pub fn outcome(&self, ask: &str) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.ask == ask)
    }

    /// Who became responsible by the rule.
    pub fn assigned(&self) -> Option<NumericId> {
        let is_given = self.outcome(CHANGE).is_some_and(|step| step.outcome == Outcome::Done);
        self.verdict.plan.responsible.filter(|_| is_given)
    }

    pub fn shown(&self) -> RouteDecisionOut {
        let later = self.outcome(FALLBACK_STEP).filter(|step| step.outcome == Outcome::Done);
        RouteDecisionOut {
            state: self.state(),
            version: self.row.version,
            rule: self.verdict.rule.clone(),
            lead_id: (self.row.lead_id != 0).then_some(NumericId(self.row.lead_id)),
            responsible: later.and_then(|step| step.detail.parse().ok().map(NumericId)).or_else(|| self.assigned()),
        }
    }

    pub fn state(&self) -> DecisionState {
        DecisionState::parse(&self.row.state).unwrap_or(DecisionState::Open)
    }

    /// Stores a step, in the place of an earlier one of the same name, and the lead. The other job of the enquiry may have
    /// stored steps meanwhile.
    pub async fn note(
        &mut self,
        app: &PlatformContext,
        ask: &str,
        outcome: Outcome,
        detail: impl Into<String>,
    ) -> anyhow::Result<()> {
        let step = Step { ask: ask.to_owned(), outcome, at: app.clock.millis(), detail: detail.into() };
        let (tenant_id, message_id) = (self.row.tenant_id, self.row.message_id);
        let is_later = ask == FALLBACK_STEP && matches!(outcome, Outcome::Done | Outcome::Refused);
        let stored = in_transaction(&app.store, async |tx| {
            let row = route_decision::Entity::find_by_id((tenant_id, message_id)).lock_exclusive().one(tx).await?;
            // The customer was erased.
            let Some(row) = row else { return Ok(None) };
            let mut noted = self.clone();
            noted.steps = serde_json::from_str(&row.steps)?;
            noted.steps.retain(|other| other.ask != step.ask);
            noted.steps.push(step.clone());
            if noted.row.lead_id == 0 {
                noted.row.lead_id = row.lead_id;
            }
            route_decision::Entity::update_by_id((tenant_id, message_id))
                .col_expr(Column::Steps, Expr::value(serde_json::to_string(&noted.steps)?))
                .col_expr(Column::LeadId, Expr::value(noted.row.lead_id))
                .exec(tx)
                .await?;
            if is_later {
                noted.report(app, tx).await?;
            }
            anyhow::Ok(Some(noted))
        })
        .await?;
        let Some(noted) = stored else { anyhow::bail!("the enquiry was erased") };
        *self = noted;
        Ok(())
    }

    /// Stores another state.
    pub async fn becomes(&mut self, app: &PlatformContext, state: DecisionState) -> anyhow::Result<()> {
        if self.state() == state {
            return Ok(());
        }
        state.word().clone_into(&mut self.row.state);
        in_transaction(&app.store, async |tx| {
            route_decision::Entity::update_by_id((self.row.tenant_id, self.row.message_id))
                .col_expr(Column::State, Expr::value(self.row.state.as_str()))
                .exec(tx)
                .await?;
            self.report(app, tx).await
        })
        .await?;
        Ok(())
    }

    /// Tells the vendor's programs what became of it, once nothing is left to do.
    async fn report(&self, app: &PlatformContext, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        if matches!(self.state(), DecisionState::Open | DecisionState::Waiting) {
            return Ok(());
        }
        let row = &self.row;
        let step = |step: &Step| json!({"ask": step.ask, "outcome": step.outcome.word(), "detail": step.detail});
        let mut enquiry = json!(self.shown());
        enquiry["message_id"] = json!(row.message_id);
        enquiry["conversation_id"] = json!(row.conversation_id);
        enquiry["steps"] = self.steps.iter().map(step).collect();
        let data = json!({ "enquiry": enquiry });
        vendor_events::record(app, db, VendorEventKind::EnquiryRouted, row.tenant_id, data).await
    }
}

/// The decision that a message has.
pub async fn find(db: &impl ConnectionTrait, tenant_id: Uuid, message_id: Uuid) -> anyhow::Result<Option<Decision>> {
    let row = route_decision::Entity::find_by_id((tenant_id, message_id)).one(db).await?;
    Ok(row.map(Decision::of).transpose()?)
}

/// Those of several messages.
pub async fn of_messages(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    messages: &[Uuid],
) -> Result<BTreeMap<Uuid, Decision>> {
    let rows = route_decision::Entity::of_tenant(tenant_id);
    let rows = rows.filter(Column::MessageId.is_in(messages.iter().copied())).all(db).await?;
    let decisions = rows.into_iter().map(|row| Ok((row.message_id, Decision::of(row)?)));
    Ok(decisions.collect::<serde_json::Result<_>>().map_err(anyhow::Error::from)?)
}

/// How many enquiries each rule got since this time (milliseconds since 1970).
pub async fn matches(db: &impl ConnectionTrait, tenant_id: Uuid, since: i64) -> Result<BTreeMap<String, i64>, DbErr> {
    let counted: Vec<(String, i64)> = route_decision::Entity::of_tenant(tenant_id)
        .filter(Column::MessageId.gte(first_id_at(since)))
        .select_only()
        .column(Column::RuleId)
        .column_as(Column::MessageId.count(), "count")
        .group_by(Column::RuleId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counted.into_iter().collect())
}

/// The turns of an account's round robins.
pub async fn turns(db: &impl ConnectionTrait, tenant_id: Uuid) -> anyhow::Result<BTreeMap<String, Turn>> {
    let rows = route_turn::Entity::of_tenant(tenant_id).all(db).await?;
    rows.into_iter().map(|row| Ok((row.key, serde_json::from_str(&row.turn)?))).collect()
}

/// The same where a turn is taken: another decision by this version waits here, and then takes the next one.
pub(super) async fn locked_turns(
    tx: &impl ConnectionTrait,
    tenant_id: Uuid,
    version: i32,
) -> anyhow::Result<BTreeMap<String, Turn>> {
    let locked = route_version::Entity::find_by_id((tenant_id, version)).lock_exclusive();
    locked.select_only().column(route_version::Column::Number).into_tuple::<i32>().one(tx).await?;
    turns(tx, tenant_id).await
}

/// Stores whose turn it is.
pub async fn keep_turn(db: &impl ConnectionTrait, tenant_id: Uuid, (key, turn): (String, &Turn)) -> anyhow::Result<()> {
    let row = route_turn::Model { tenant_id, key, turn: serde_json::to_string(turn)? };
    route_turn::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([route_turn::Column::TenantId, route_turn::Column::Key])
                .update_column(route_turn::Column::Turn)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The message that begins an enquiry.
#[derive(Clone, Copy, Debug)]
pub struct Beginning {
    pub tenant_id: Uuid,
    pub message_id: Uuid,
    pub conversation_id: Uuid,
}

/// Decides about an enquiry and stores that, with the turn that was taken and the job of the fallback, in one commit. What is
/// decided already stays.
pub async fn make(
    app: &PlatformContext,
    begins: Beginning,
    (version, rules): (i32, &RuleSet),
    facts: Facts,
    presence: Presence,
) -> anyhow::Result<Decision> {
    let Beginning { tenant_id, message_id, conversation_id } = begins;
    in_transaction(&app.store, async |tx| {
        let mut presence = presence.clone();
        if rules.rules.iter().any(|rule| matches!(rule.then.responsible, Some(Assignee::RoundRobin { .. }))) {
            presence.turns = locked_turns(tx, tenant_id, version).await?;
        }
        let verdict = decide(rules, &facts, &presence);
        let is_nothing = verdict.plan.asks(&facts).is_empty();
        let state = if is_nothing { DecisionState::Done } else { DecisionState::Open };
        let row = Model {
            tenant_id,
            message_id,
            conversation_id,
            version,
            rule_id: verdict.rule.as_ref().map(|rule| rule.id.clone()).unwrap_or_default(),
            facts: serde_json::to_string(&facts)?,
            verdict: serde_json::to_string(&verdict)?,
            steps: "[]".to_owned(),
            lead_id: 0,
            state: state.word().to_owned(),
            created_at: app.clock.millis(),
        };
        let once = OnConflict::columns([Column::TenantId, Column::MessageId]).do_nothing().to_owned();
        let insert = route_decision::Entity::insert(row.clone().into_active_model()).on_conflict(once);
        if insert.exec_without_returning(tx).await? == 0 {
            return find(tx, tenant_id, message_id).await?.ok_or_else(|| anyhow::anyhow!("the enquiry was erased"));
        }
        if let Some((key, turn)) = &verdict.turn {
            keep_turn(tx, tenant_id, (key.clone(), turn)).await?;
        }
        if let Some(minutes) = verdict.plan.fallback_minutes {
            let now = app.clock.millis();
            let due = now + i64::from(minutes) * base::millis::MINUTE;
            schedule_new(tx, now, NewJob::new(tenant_id, FALLBACKS, message_id, due)).await?;
        }
        let made = Decision { row, facts: facts.clone(), verdict, steps: Vec::new() };
        made.report(app, tx).await?;
        Ok(made)
    })
    .await
}
