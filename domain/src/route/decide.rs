//! Which rule decides about an enquiry, why the others do not, and what amoCRM would be asked. Pure: it reads and writes
//! nothing, so what the trial page shows is what happens.

use std::collections::{BTreeMap, BTreeSet};

use base::json::NumericId;
use base::worded::worded;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Facts;
use super::round_robin::{Turn, is_at_work};
use super::rule::{Assignee, Conditions, ContactKind, HoursKind, LeadUse, Rule, RuleSet, StagePlace, TaskRule};

/// The people and stages of the account, and whose turn it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// In the account's time zone.
    pub now: NaiveDateTime,
    /// Ids of active users; none if amoCRM never listed them, and then all are believed to be there.
    pub users: Option<BTreeSet<i64>>,
    /// Pipelines with their stages; the same.
    pub stages: Option<BTreeSet<(i64, i64)>>,
    /// When the older of both lists was read, in milliseconds since 1970.
    pub read_at: i64,
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

/// The decision about an enquiry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The rule that matched first; null if none did.
    pub rule: Option<RuleName>,
    /// The other rules in their order, each with why it does not decide.
    pub others: Vec<MissedRule>,
    pub plan: Plan,
    /// What of the rule could not be used, because amoCRM no longer has it.
    pub faults: Vec<RuleFault>,
    /// The round robin that gave the responsible person, after its turn.
    #[serde(skip)]
    pub turn: Option<(String, Turn)>,
}

/// A rule by id and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleName {
    pub id: String,
    pub name: String,
}

/// A rule that does not decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissedRule {
    pub id: String,
    pub name: String,
    /// The conditions that do not hold; `earlier` if all hold and an earlier rule decides; `off`.
    pub because: Vec<Miss>,
}

worded! {
    /// Why a rule does not decide. Texts are `route-miss-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Miss, word {
        Off = "off",
        Earlier = "earlier",
        Source = "source",
        Messenger = "messenger",
        WorkingHours = "working_hours",
        Times = "times",
        Language = "language",
        Campaign = "campaign",
        Referral = "referral",
        Customer = "customer",
        Contact = "contact",
        ContactResponsible = "contact_responsible",
        Lead = "lead",
        TextBegins = "text_begins",
        TextContains = "text_contains",
        Field = "field",
        Country = "country",
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
        /// Nobody is responsible for the contact or lead.
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
    /// amoCRM's id of the user who becomes responsible; null: nobody is set.
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
    /// If nobody answers within so many minutes, another person becomes responsible.
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

/// Decides about an enquiry: the first rule that matches.
pub fn decide(rules: &RuleSet, facts: &Facts, presence: &Presence) -> Verdict {
    let mut verdict = Verdict::default();
    let text = facts.text.to_lowercase();
    for rule in &rules.rules {
        let mut because = misses(&rule.when, facts, &text);
        if !rule.on {
            because = vec![Miss::Off];
        }
        if because.is_empty() && verdict.rule.is_none() {
            verdict.rule = Some(RuleName { id: rule.id.clone(), name: rule.name.clone() });
            plan(&mut verdict, rules, rule, facts, presence);
            continue;
        }
        if because.is_empty() {
            because.push(Miss::Earlier);
        }
        verdict.others.push(MissedRule { id: rule.id.clone(), name: rule.name.clone(), because });
    }
    verdict
}

/// The conditions that do not hold. `text`: what the customer wrote, in lower case.
fn misses(when: &Conditions, facts: &Facts, text: &str) -> Vec<Miss> {
    let is_among = |list: &[String], value: Option<&str>| {
        list.is_empty() || value.is_some_and(|value| list.iter().any(|one| one.eq_ignore_ascii_case(value)))
    };
    let is_said = |wanted: &BTreeMap<String, String>, given: &BTreeMap<String, String>| {
        wanted.iter().all(|(name, value)| {
            let found = given.iter().find(|(other, _)| other.to_lowercase() == name.to_lowercase());
            found.is_some_and(|(_, found)| value == ANY || found.trim().to_lowercase() == value.to_lowercase())
        })
    };
    let hours = when.working_hours.is_none_or(|wanted| match wanted {
        HoursKind::Within => facts.working_hours.is_none_or(|hours| hours == HoursKind::Within),
        HoursKind::Outside => facts.working_hours.is_some_and(|hours| hours != HoursKind::Within),
        HoursKind::Holiday => facts.working_hours == Some(HoursKind::Holiday),
    });
    let referral = when.referral.as_ref().is_none_or(|wanted| {
        let begins = |given: &str| wanted == ANY || given.to_lowercase().starts_with(&wanted.to_lowercase());
        facts.referral.as_deref().is_some_and(begins)
    });
    let crm = &facts.crm;
    let contact = if crm.is_known { ContactKind::Known } else { ContactKind::Unknown };
    let responsible = crm.contact_responsible.filter(|_| crm.is_known);
    let is_responsible = |user_id: NumericId| when.contact_responsible.contains(&user_id);
    let any = |list: &[String], holds: &dyn Fn(&str) -> bool| {
        list.is_empty() || list.iter().any(|one| holds(&one.to_lowercase()))
    };
    let begun = text.trim_start();
    let all = [
        (Miss::Source, when.sources.is_empty() || when.sources.contains(&facts.source_id)),
        (Miss::Messenger, is_among(&when.messengers, Some(&facts.messenger))),
        (Miss::WorkingHours, hours),
        (Miss::Times, is_at_work(&when.times, facts.local_time)),
        (Miss::Language, is_among(&when.languages, facts.language.as_deref())),
        (Miss::Campaign, is_said(&when.campaign, &facts.campaign)),
        (Miss::Referral, referral),
        (Miss::Customer, when.customer.is_none_or(|wanted| facts.customer == Some(wanted))),
        (Miss::Contact, when.contact.is_none_or(|wanted| wanted == contact)),
        (Miss::ContactResponsible, when.contact_responsible.is_empty() || responsible.is_some_and(is_responsible)),
        (Miss::Lead, when.lead.is_none_or(|wanted| wanted == crm.leads_kind())),
        (Miss::TextBegins, any(&when.text_begins, &|one| begun.starts_with(one))),
        (Miss::TextContains, any(&when.text_contains, &|one| text.contains(one))),
        (Miss::Field, is_said(&when.fields, &facts.fields)),
        (Miss::Country, is_among(&when.countries, facts.country.as_deref())),
    ];
    all.into_iter().filter(|(_, holds)| !holds).map(|(miss, _)| miss).collect()
}

/// Any value.
const ANY: &str = "*";

/// What the rule that matched asks for, with the fallback where amoCRM no longer has what it names.
fn plan(verdict: &mut Verdict, rules: &RuleSet, rule: &Rule, facts: &Facts, presence: &Presence) {
    let then = &rule.then;
    let stage = then.stage.filter(|stage| presence.has(*stage));
    if stage != then.stage {
        verdict.faults.push(RuleFault::StageGone);
    }
    let mut responsible = None;
    if let Some(assignee) = &then.responsible {
        match assign(assignee, &turn_key(&rule.id, false), facts, presence) {
            Ok((user_id, turn)) => {
                responsible = Some(user_id);
                verdict.turn = turn;
            }
            Err(fault) => {
                verdict.faults.push(fault);
                responsible = fallback_user(rules, presence);
            }
        }
    }
    let template = then.template.filter(|_| facts.has_templates);
    // Without a stage to go to a lead cannot be opened again.
    let lead = if then.lead == LeadUse::Reopen && stage.is_none() { LeadUse::Open } else { then.lead };
    verdict.plan = Plan {
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
    match assignee {
        Assignee::Contact => one(facts.crm.contact_responsible.filter(|_| facts.crm.is_known)),
        Assignee::Lead => {
            one(facts.crm.open_lead.as_ref().or(facts.crm.closed_lead.as_ref()).and_then(|lead| lead.responsible))
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
        let open = crm.open_lead.as_ref().filter(|_| self.lead != LeadUse::New);
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
    use chrono::NaiveDate;
    use serde_json::{Value, json};

    use super::super::facts::{CrmFacts, IncomingFact, LeadFact};
    use super::super::rule::{CustomerKind, LeadKind};
    use super::*;

    fn rules(rules: Value) -> RuleSet {
        let set: RuleSet = serde_json::from_value(json!({"fallback_user": "9", "rules": rules})).unwrap();
        set.checked().unwrap()
    }

    /// Monday morning.
    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, 30).unwrap().and_hms_opt(9, 30, 0).unwrap()
    }

    fn facts() -> Facts {
        Facts { messenger: "telegram".into(), local_time: now(), text: "Hello there".into(), ..Facts::default() }
    }

    fn presence() -> Presence {
        Presence { now: now(), ..Presence::default() }
    }

    fn lead(id: i64, responsible: i64) -> Option<LeadFact> {
        Some(LeadFact { id: NumericId(id), responsible: Some(NumericId(responsible)) })
    }

    fn matches(when: Value, facts: &Facts) -> Vec<Miss> {
        let verdict = decide(&rules(json!([{"id": "a", "name": "a", "when": when}])), facts, &presence());
        verdict.others.into_iter().next().map(|missed| missed.because).unwrap_or_default()
    }

    #[test]
    fn the_first_rule_that_matches_decides_and_the_others_say_why_not() {
        let rules = rules(json!([
            {"id": "off", "name": "Off", "on": false},
            {"id": "mail", "name": "Mail", "when": {"campaign": {"utm_source": "mail"}, "customer": "new"}},
            {"id": "hello", "name": "Hello", "when": {"text_begins": ["hello"]}, "then": {"tags": ["hi"]}},
            {"id": "rest", "name": "Rest"},
        ]));
        let verdict = decide(&rules, &facts(), &presence());
        assert_eq!(verdict.rule.unwrap().id, "hello");
        assert_eq!(verdict.plan.tags, ["hi"]);
        let others: Vec<_> = verdict.others.into_iter().map(|missed| (missed.id, missed.because)).collect();
        let wanted = [
            ("off".to_owned(), vec![Miss::Off]),
            ("mail".to_owned(), vec![Miss::Campaign, Miss::Customer]),
            ("rest".to_owned(), vec![Miss::Earlier]),
        ];
        assert_eq!(others, wanted);
        assert_eq!(decide(&RuleSet::default(), &facts(), &presence()), Verdict::default());
    }

    #[test]
    fn every_condition_holds_and_fails() {
        let campaign = BTreeMap::from([("UTM_Source".to_owned(), "Mail".to_owned())]);
        let fields = BTreeMap::from([("City".to_owned(), "Kazan".to_owned())]);
        let crm = CrmFacts {
            is_known: true,
            contact_responsible: Some(NumericId(5)),
            open_lead: lead(1, 5),
            ..CrmFacts::default()
        };
        let facts = Facts {
            working_hours: Some(HoursKind::Holiday),
            language: Some("es".into()),
            country: Some("ES".into()),
            customer: Some(CustomerKind::New),
            referral: Some("ad_12".into()),
            campaign,
            fields,
            crm,
            ..facts()
        };
        let (this, other) = (facts.source_id, uuid::Uuid::from_u128(1));
        for (name, holds, fails, miss) in [
            ("sources", json!([this]), json!([other]), Miss::Source),
            ("messengers", json!(["vk", "telegram"]), json!(["vk"]), Miss::Messenger),
            ("working_hours", json!("outside"), json!("within"), Miss::WorkingHours),
            ("working_hours", json!("holiday"), json!("within"), Miss::WorkingHours),
            ("times", json!(["mon 09:00-10:00"]), json!(["tue 09:00-10:00"]), Miss::Times),
            ("languages", json!(["es"]), json!(["en"]), Miss::Language),
            ("campaign", json!({"utm_source": "mail"}), json!({"utm_source": "ad"}), Miss::Campaign),
            ("campaign", json!({"utm_source": "*"}), json!({"utm_term": "*"}), Miss::Campaign),
            ("referral", json!("AD_"), json!("bd"), Miss::Referral),
            ("customer", json!("new"), json!("returning"), Miss::Customer),
            ("contact", json!("known"), json!("unknown"), Miss::Contact),
            ("contact_responsible", json!(["5", "6"]), json!(["6"]), Miss::ContactResponsible),
            ("lead", json!("open"), json!("none"), Miss::Lead),
            ("text_begins", json!(["no", "hello"]), json!(["there"]), Miss::TextBegins),
            ("text_contains", json!(["THERE"]), json!(["where"]), Miss::TextContains),
            ("fields", json!({"city": "kazan"}), json!({"city": "Omsk"}), Miss::Field),
            ("countries", json!(["PT", "ES"]), json!(["PT"]), Miss::Country),
        ] {
            assert_eq!(matches(json!({ name: holds }), &facts), [], "{name}");
            assert_eq!(matches(json!({ name: fails }), &facts), [miss], "{name}");
        }
        assert_eq!(
            matches(json!({"working_hours": "within"}), &self::facts()),
            [],
            "a source without hours is always open"
        );
    }

    #[test]
    fn what_is_gone_goes_to_the_fallback() {
        let rules = rules(json!([{"id": "a", "name": "a", "then": {"lead": "reopen",
            "stage": {"pipeline_id": 1, "status_id": 2}, "responsible": {"kind": "person", "user_id": 5}}}]));
        let gone = Presence { users: Some([9].into()), stages: Some([(1, 3)].into()), ..presence() };
        let verdict = decide(&rules, &facts(), &gone);
        assert_eq!(verdict.faults, [RuleFault::StageGone, RuleFault::UserGone]);
        let plan = Plan { needs_lead: true, responsible: Some(NumericId(9)), ..Plan::default() };
        assert_eq!(verdict.plan, plan);
        let all_gone = Presence { users: Some([7].into()), ..gone };
        assert_eq!(decide(&rules, &facts(), &all_gone).plan.responsible, None);
        assert_eq!(
            decide(&rules, &facts(), &presence()).faults,
            [],
            "what amoCRM never listed is believed to be there"
        );
    }

    #[test]
    fn the_lead_of_an_enquiry() {
        let incoming = || Some(IncomingFact { uid: "u".into(), lead_id: Some(NumericId(3)) });
        let ask = |lead: LeadUse, accept: bool, incoming: Option<IncomingFact>, kind: LeadKind| {
            let (open_lead, closed_lead) = match kind {
                LeadKind::Open => (self::lead(1, 5), self::lead(2, 5)),
                LeadKind::Closed => (None, self::lead(2, 5)),
                LeadKind::None => (None, None),
            };
            let crm = CrmFacts { open_lead, closed_lead, incoming, ..CrmFacts::default() };
            Plan { lead, accept, ..Plan::default() }.lead_ask(&Facts { crm, ..facts() })
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

    #[test]
    fn a_template_takes_the_place_of_the_greeting_where_the_messenger_has_templates() {
        let rules = rules(json!([{"id": "a", "name": "a", "then": {"greeting": "Hello", "template": 7}}]));
        let asks = |has_templates: bool| {
            let facts = Facts { has_templates, ..facts() };
            decide(&rules, &facts, &presence()).plan.asks(&facts)
        };
        assert_eq!(asks(true), [Ask::Template { template_id: NumericId(7) }]);
        assert_eq!(asks(false), [Ask::Greet]);
    }

    #[test]
    fn a_round_robin_moves_on_and_its_turn_is_in_the_verdict() {
        let people = json!([{"user_id": 5}, {"user_id": 6}]);
        let rules = rules(
            json!([{"id": "a", "name": "a", "then": {"responsible": {"kind": "round_robin", "people": people}}}]),
        );
        let mut presence = presence();
        let mut got = Vec::new();
        for _ in 0..3 {
            let verdict = decide(&rules, &facts(), &presence);
            got.extend(verdict.plan.responsible.map(|user_id| user_id.0));
            presence.turns.extend(verdict.turn);
        }
        assert_eq!(got, [5, 6, 5]);
    }
}
