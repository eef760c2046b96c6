//! What a decision asks for: here and in amoCRM, in its order.

use std::collections::{BTreeMap, BTreeSet};

use base::json::NumericId;
use base::worded::worded;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RuleSet;
use super::facts::Facts;
use super::round_robin::Turn;
use super::rule::{Assignee, LeadUse, Rule, StagePlace, TaskRule};

/// The people and stages of the account, and whose turn it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// In the account's time zone.
    pub now: NaiveDateTime,
    /// Ids of active users; none if amoCRM never listed them, and then all are believed to be there.
    pub users: Option<BTreeSet<i64>>,
    /// Pipelines with their stages; the same.
    pub stages: Option<BTreeSet<(i64, i64)>>,
    /// Round robins by [`turn_key`].
    pub turns: BTreeMap<String, Turn>,
}

impl Presence {
    /// Whether a user still works with amoCRM.
    pub fn is_active(&self, user_id: i64) -> bool {
        self.users.as_ref().is_none_or(|users| users.contains(&user_id))
    }

    /// Whether a stage is still there.
    pub fn has(&self, stage: StagePlace) -> bool {
        self.stages.as_ref().is_none_or(|stages| stages.contains(&(stage.pipeline_id.0, stage.status_id.0)))
    }
}

worded! {
    /// What of a rule could not be used. Texts are `route-fault-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum RuleFault, word {
        /// The pipeline or stage is gone: the lead stays where it is.
        StageGone = "stage_gone",
        /// The person is dismissed: the fallback user gets the enquiry.
        UserGone = "user_gone",
        /// Everyone in the round robin is off work or has reached their daily limit.
        NobodyPresent = "nobody_present",
        /// The contact or lead has no responsible user.
        NobodyResponsible = "nobody_responsible",
        /// amoCRM refused what the rule asks for.
        Refused = "refused",
    }
}

impl RuleFault {
    /// Whether a person has to change the rule.
    pub const fn is_defect(self) -> bool {
        matches!(self, Self::StageGone | Self::UserGone | Self::Refused)
    }
}

/// What is to be done about an enquiry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Plan {
    /// Whether a lead is touched at all.
    pub needs_lead: bool,
    pub lead: LeadUse,
    pub accept: bool,
    pub stage: Option<StagePlace>,
    /// amoCRM's id of the user who becomes responsible; null: it stays as it is.
    #[schema(value_type = Option<String>)]
    pub responsible: Option<NumericId>,
    pub tags: Vec<String>,
    pub task: Option<TaskRule>,
    pub greeting: Option<String>,
    /// amoCRM's id of the template that is sent instead.
    #[schema(value_type = Option<String>)]
    pub template: Option<NumericId>,
    /// After how many minutes without an answer another person becomes responsible.
    pub fallback_minutes: Option<u32>,
}

/// One request to amoCRM, or one thing that is done here, with amoCRM's ids. Texts are `route-ask-{word}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// The customer is greeted.
    Greet,
    /// The customer gets a template.
    Template {
        #[schema(value_type = String)]
        template_id: NumericId,
    },
    /// A person has to accept the incoming lead first.
    WaitForPerson,
    /// The incoming lead is accepted.
    Accept,
    /// The chat of the incoming lead goes to this lead.
    Link {
        #[schema(value_type = String)]
        lead_id: NumericId,
    },
    /// This lead is used.
    Use {
        #[schema(value_type = String)]
        lead_id: NumericId,
    },
    /// This lead is opened again.
    Reopen {
        #[schema(value_type = String)]
        lead_id: NumericId,
    },
    /// A lead is made.
    Create,
    /// The lead is moved to a stage.
    Stage {
        #[schema(value_type = String)]
        pipeline_id: NumericId,
        #[schema(value_type = String)]
        status_id: NumericId,
    },
    /// The lead and its contact get a responsible user.
    Assign {
        #[schema(value_type = String)]
        user_id: NumericId,
    },
    /// The lead gets tags.
    Tag,
    /// A task is made.
    Task,
    /// If nobody answers within this many minutes, another person becomes responsible.
    Fallback { minutes: u32 },
}

impl Ask {
    /// The end of its text's key.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Greet => "greet",
            Self::Template { .. } => "template",
            Self::WaitForPerson => "wait-for-person",
            Self::Accept => "accept",
            Self::Link { .. } => "link",
            Self::Use { .. } => "use",
            Self::Reopen { .. } => "reopen",
            Self::Create => "create",
            Self::Stage { .. } => "stage",
            Self::Assign { .. } => "assign",
            Self::Tag => "tag",
            Self::Task => "task",
            Self::Fallback { .. } => "fallback",
        }
    }
}

/// The key of a rule's round robin.
pub fn turn_key(rule: &str, is_fallback: bool) -> String {
    if is_fallback { format!("{rule}/fallback") } else { rule.to_owned() }
}

/// What the rule that matched asks for, with the fallback where amoCRM no longer has what it names; what that is; and the round
/// robin that gave the responsible person, after its turn.
pub(super) fn plan(
    rules: &RuleSet,
    rule: &Rule,
    facts: &Facts,
    presence: &Presence,
) -> (Plan, Vec<RuleFault>, Option<(String, Turn)>) {
    let then = &rule.then;
    let (mut responsible, mut faults, mut turn) = (None, Vec::new(), None);
    let stage = then.stage.filter(|stage| presence.has(*stage));
    if stage != then.stage {
        faults.push(RuleFault::StageGone);
    }
    if let Some(assignee) = &then.responsible {
        match assign(assignee, &turn_key(&rule.id, false), facts, presence) {
            Ok((user_id, after)) => {
                responsible = Some(user_id);
                turn = after;
            }
            Err(fault) => {
                faults.push(fault);
                responsible = fallback_user(rules, presence);
            }
        }
    }
    let gone = |to: &Assignee| to.users().iter().all(|user_id| !presence.is_active(*user_id));
    if then.fallback.as_ref().is_some_and(|fallback| gone(&fallback.to)) && !faults.contains(&RuleFault::UserGone) {
        faults.push(RuleFault::UserGone);
    }
    let template = then.template.filter(|_| facts.has_templates);
    // Without a stage to go to a lead cannot be opened again.
    let lead = if then.lead == LeadUse::Reopen && stage.is_none() { LeadUse::Open } else { then.lead };
    let plan = Plan {
        needs_lead: then.need_lead(),
        lead,
        accept: then.accept,
        stage,
        responsible,
        tags: then.tags.clone(),
        task: then.task.clone(),
        greeting: then.greeting.clone().filter(|_| template.is_none()),
        template,
        fallback_minutes: then.fallback.as_ref().map(|fallback| fallback.after_minutes),
    };
    (plan, faults, turn)
}

/// Who gets what a rule cannot give, if that person still works with amoCRM.
pub fn fallback_user(rules: &RuleSet, presence: &Presence) -> Option<NumericId> {
    rules.fallback_user.filter(|user_id| presence.is_active(user_id.0))
}

/// The person, and a round robin after its turn.
pub fn assign(
    assignee: &Assignee,
    key: &str,
    facts: &Facts,
    presence: &Presence,
) -> Result<(NumericId, Option<(String, Turn)>), RuleFault> {
    let one = |user_id: Option<NumericId>| match user_id {
        None => Err(RuleFault::NobodyResponsible),
        Some(user_id) if presence.is_active(user_id.0) => Ok((user_id, None)),
        Some(_) => Err(RuleFault::UserGone),
    };
    // The rule is right even if the person responsible for a contact or lead has left.
    let present = |user_id: Option<NumericId>| one(user_id.filter(|user_id| presence.is_active(user_id.0)));
    match assignee {
        Assignee::Contact => present(facts.crm.contact_responsible.filter(|_| facts.crm.is_known)),
        Assignee::Lead => {
            present(facts.crm.open_lead.as_ref().or(facts.crm.closed_lead.as_ref()).and_then(|lead| lead.responsible))
        }
        Assignee::Person { user_id } => one(Some(*user_id)),
        Assignee::RoundRobin { people } => {
            let turn = presence.turns.get(key).cloned().unwrap_or_default();
            match turn.next(people, presence.now, |user_id| presence.is_active(user_id)) {
                Some((user_id, after)) => Ok((NumericId(user_id), Some((key.to_owned(), after)))),
                None if people.iter().any(|seat| presence.is_active(seat.user_id.0)) => Err(RuleFault::NobodyPresent),
                None => Err(RuleFault::UserGone),
            }
        }
    }
}

impl Plan {
    /// What is asked for in its order, given what amoCRM has now.
    pub fn asks(&self, facts: &Facts) -> Vec<Ask> {
        let mut asks = Vec::new();
        if self.greeting.is_some() {
            asks.push(Ask::Greet);
        }
        asks.extend(self.template.map(|template_id| Ask::Template { template_id }));
        if self.needs_lead {
            asks.push(self.lead_ask(facts));
            if let Some(stage) = self.stage {
                asks.push(Ask::Stage { pipeline_id: stage.pipeline_id, status_id: stage.status_id });
            }
            asks.extend(self.responsible.map(|user_id| Ask::Assign { user_id }));
            if !self.tags.is_empty() {
                asks.push(Ask::Tag);
            }
            if self.task.is_some() {
                asks.push(Ask::Task);
            }
        }
        asks.extend(self.fallback_minutes.map(|minutes| Ask::Fallback { minutes }));
        asks
    }

    /// Which lead the enquiry gets.
    pub fn lead_ask(&self, facts: &Facts) -> Ask {
        let crm = &facts.crm;
        let open = crm.open_lead.as_ref().filter(|lead| self.lead != LeadUse::New || lead.is_new);
        let closed = crm.closed_lead.as_ref().filter(|_| self.lead == LeadUse::Reopen);
        match (&crm.incoming, open, closed) {
            (Some(_), ..) if !self.accept => Ask::WaitForPerson,
            (Some(_), Some(lead), _) => Ask::Link { lead_id: lead.id },
            (None, Some(lead), _) => Ask::Use { lead_id: lead.id },
            (_, None, Some(lead)) => Ask::Reopen { lead_id: lead.id },
            (Some(_), None, None) => Ask::Accept,
            (None, None, None) => Ask::Create,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::{CrmFacts, IncomingFact, LeadFact};
    use super::super::rule::LeadKind;
    use super::*;

    #[test]
    fn the_lead_of_an_enquiry() {
        let incoming = || Some(IncomingFact { uid: "u".into(), lead_id: Some(NumericId(3)) });
        let ask = |lead: LeadUse, accept: bool, incoming: Option<IncomingFact>, kind: LeadKind| {
            let fact = |id: i64| Some(LeadFact { id: NumericId(id), responsible: Some(NumericId(5)), is_new: false });
            let (open_lead, closed_lead) = match kind {
                LeadKind::Open => (fact(1), fact(2)),
                LeadKind::Closed => (None, fact(2)),
                LeadKind::None => (None, None),
            };
            let crm = CrmFacts { open_lead, closed_lead, incoming, ..CrmFacts::default() };
            Plan { lead, accept, ..Plan::default() }.lead_ask(&Facts { crm, ..Facts::default() })
        };
        use {LeadKind as Kind, LeadUse as Use};
        for (given, wanted) in [
            ((Use::Open, true, incoming(), Kind::None), Ask::Accept),
            ((Use::Open, false, incoming(), Kind::Open), Ask::WaitForPerson),
            ((Use::Open, true, incoming(), Kind::Open), Ask::Link { lead_id: NumericId(1) }),
            ((Use::Open, true, None, Kind::Open), Ask::Use { lead_id: NumericId(1) }),
            ((Use::Open, true, incoming(), Kind::Closed), Ask::Accept),
            ((Use::Open, true, None, Kind::Closed), Ask::Create),
            ((Use::New, true, incoming(), Kind::Open), Ask::Accept),
            ((Use::New, true, None, Kind::Open), Ask::Create),
            ((Use::Reopen, true, incoming(), Kind::Closed), Ask::Reopen { lead_id: NumericId(2) }),
            ((Use::Reopen, true, None, Kind::Open), Ask::Use { lead_id: NumericId(1) }),
            ((Use::Reopen, false, None, Kind::Closed), Ask::Reopen { lead_id: NumericId(2) }),
            ((Use::Reopen, true, None, Kind::None), Ask::Create),
        ] {
            let shown = format!("{given:?}");
            assert_eq!(ask(given.0, given.1, given.2, given.3), wanted, "{shown}");
        }
    }
}
