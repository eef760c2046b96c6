//! Guided migration of an account from amoCRM's single automatic source to several of ours (chats-api §5.5): current
//! stage and next step.
//!
//! ```text
//! 1 default_source   our default source represents the old line: webhooks of unbound chats begin to carry its id
//! 2 bind_chats       every message names its source; chats with new traffic become bound
//! 3 more_sources     further lines; untouched chats still follow the default
//! ```

use base::error::Result;
use entity::{conversation, stray_source};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::restore::is_missing;
use super::{all, strays};
use crate::source::SourceContext;

/// Progress of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The first stage that is not done, 1 to 3; 3 if all are.
    pub stage: u8,
    pub done: bool,
    pub steps: [MigrationStep; 3],
    /// Chats without a known source: they follow the default source.
    pub unbound_chats: u64,
}

/// One stage. Its texts are `migration-{key}` and `migration-{key}-todo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStep {
    pub key: &'static str,
    pub done: bool,
    /// The next action; none if there is nothing to do, or not yet.
    pub action: Option<MigrationAction>,
}

/// The next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationAction {
    /// Create a source, as the default one.
    CreateDefault,
    /// Make one of ours the default.
    SetDefault,
    /// Let one of ours take over the source that amoCRM created itself, given by amoCRM's id.
    AdoptOwn(i64),
    /// Nothing: it happens with traffic, because Parom names the source in every message.
    Wait,
    /// Add the second source.
    AddSource,
}

/// The migration progress of an account.
pub async fn migration(app: &SourceContext, tenant_id: Uuid) -> Result<Migration> {
    let ours: Vec<_> = all(app, tenant_id).await?.into_iter().filter(|source| !is_missing(source)).collect();
    let strays = strays(app, tenant_id).await?;
    let unbound = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::SourceId.eq(Uuid::nil()))
        .count(app.store.read())
        .await?;
    Ok(stages(ours.len(), ours.iter().any(|source| source.is_default), &strays, unbound))
}

fn stages(sources: usize, has_default: bool, strays: &[stray_source::Model], unbound_chats: u64) -> Migration {
    let own = strays.iter().find(|stray| stray.reason == "own_default");
    let first = match own {
        _ if sources == 0 => Some(MigrationAction::CreateDefault),
        Some(own) => Some(MigrationAction::AdoptOwn(own.amocrm_source_id)),
        None if !has_default => Some(MigrationAction::SetDefault),
        None => None,
    };
    let second = (first.is_none() && unbound_chats > 0).then_some(MigrationAction::Wait);
    let third = (first.is_none() && sources < 2).then_some(MigrationAction::AddSource);
    let done = [first.is_none(), first.is_none() && unbound_chats == 0, sources >= 2 && first.is_none()];
    let stage = match done {
        [false, ..] => 1,
        // Chats without new messages stay unbound for ever and do not matter.
        [_, false, false] => 2,
        _ => 3,
    };
    let step = |key, done, action| MigrationStep { key, done, action };
    let steps = [
        step("default_source", done[0], first),
        step("bind_chats", done[1], second),
        step("more_sources", done[2], third),
    ];
    Migration { stage, done: done[0] && done[2], steps, unbound_chats }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> stray_source::Model {
        stray_source::Model {
            tenant_id: Uuid::nil(),
            amocrm_source_id: 5,
            external_id: "parom".into(),
            name: "Parom".into(),
            pipeline_id: None,
            is_default: true,
            reason: "own_default".into(),
            seen_at: 0,
        }
    }

    fn at(
        sources: usize,
        has_default: bool,
        strays: &[stray_source::Model],
        unbound: u64,
    ) -> (u8, bool, Option<MigrationAction>) {
        let migration = stages(sources, has_default, strays, unbound);
        let next = migration.steps.iter().find_map(|step| step.action);
        (migration.stage, migration.done, next)
    }

    #[test]
    fn each_stage_names_its_next_step() {
        assert_eq!(at(0, false, &[], 0), (1, false, Some(MigrationAction::CreateDefault)));
        assert_eq!(at(0, false, &[own()], 0), (1, false, Some(MigrationAction::CreateDefault)));
        assert_eq!(at(1, false, &[own()], 0), (1, false, Some(MigrationAction::AdoptOwn(5))));
        assert_eq!(at(1, false, &[], 0), (1, false, Some(MigrationAction::SetDefault)));
        assert_eq!(at(1, true, &[], 3), (2, false, Some(MigrationAction::Wait)));
        assert_eq!(at(1, true, &[], 0), (3, false, Some(MigrationAction::AddSource)));
        assert_eq!(at(2, true, &[], 0), (3, true, None));
        assert_eq!(at(2, true, &[], 1), (3, true, Some(MigrationAction::Wait)), "old chats hinder nothing");
    }

    #[test]
    fn an_unknown_source_does_not_count_as_a_stage() {
        let other = stray_source::Model { reason: "unknown".into(), ..own() };
        assert_eq!(at(2, true, &[other], 0), (3, true, None));
    }
}
