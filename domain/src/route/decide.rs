//! Which rule decides about an enquiry, and why the others do not. Pure: it reads and writes nothing, so what the trial page
//! shows is what happens.

use std::collections::BTreeMap;

use base::worded::worded;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Facts;
use super::plan::{Plan, Presence, RuleFault, plan};
use super::round_robin::{Turn, is_at_work};
use super::rule::{Conditions, ContactKind, HoursKind, Rule, RuleSet};

/// The decision about an enquiry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// The rule that matched first; null if none did.
    pub rule: Option<RuleName>,
    /// The other rules in their order, each with why it does not decide; empty where only the decision counts.
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

/// Decides about an enquiry: the first rule that matches. The verdict does not name the others: see [`explain`].
pub fn decide(rules: &RuleSet, facts: &Facts, presence: &Presence) -> Verdict {
    let mut verdict = Verdict::default();
    if let Some(rule) = matching(rules, facts) {
        verdict.rule = Some(RuleName { id: rule.id.clone(), name: rule.name.clone() });
        (verdict.plan, verdict.faults, verdict.turn) = plan(rules, rule, facts, presence);
    }
    verdict
}

/// The same, with the reasons of all rules that do not decide.
pub fn explain(rules: &RuleSet, facts: &Facts, presence: &Presence) -> Verdict {
    let verdict = decide(rules, facts, presence);
    let (first, text) = (verdict.rule.as_ref().map(|rule| &rule.id), facts.text.to_lowercase());
    let others = rules.rules.iter().filter(|rule| Some(&rule.id) != first).map(|rule| {
        let mut because: Vec<Miss> = if rule.on { misses(&rule.when, facts, &text).collect() } else { vec![Miss::Off] };
        if because.is_empty() {
            because.push(Miss::Earlier);
        }
        MissedRule { id: rule.id.clone(), name: rule.name.clone(), because }
    });
    let others = others.collect();
    Verdict { others, ..verdict }
}

/// The first rule that matches.
fn matching<'rules>(rules: &'rules RuleSet, facts: &Facts) -> Option<&'rules Rule> {
    let text = facts.text.to_lowercase();
    rules.enabled().find(|rule| misses(&rule.when, facts, &text).next().is_none())
}

/// Whether amoCRM has to be asked about the customer: not if by what is known here a rule matches that neither looks at
/// contact or leads nor needs a lead, or no rule can match.
pub fn needs_crm(rules: &RuleSet, facts: &Facts) -> bool {
    const CRM: [Miss; 3] = [Miss::Contact, Miss::ContactResponsible, Miss::Lead];
    let text = facts.text.to_lowercase();
    let may_match = |rule: &&Rule| misses(&rule.when, facts, &text).all(|miss| CRM.contains(&miss));
    let looks =
        |when: &Conditions| when.contact.is_some() || when.lead.is_some() || !when.contact_responsible.is_empty();
    rules.enabled().find(may_match).is_some_and(|rule| looks(&rule.when) || rule.then.need_lead())
}

/// The conditions that do not hold. `text`: what the customer wrote, in lower case.
fn misses<'rule>(when: &'rule Conditions, facts: &'rule Facts, text: &'rule str) -> impl Iterator<Item = Miss> + 'rule {
    Miss::ALL.into_iter().filter(move |miss| !holds(*miss, when, facts, text))
}

/// Whether the condition of this miss holds, or is not given.
fn holds(miss: Miss, when: &Conditions, facts: &Facts, text: &str) -> bool {
    let is_among = |list: &[String], value: Option<&str>| {
        list.is_empty() || value.is_some_and(|value| list.iter().any(|one| one.eq_ignore_ascii_case(value)))
    };
    let is_said = |wanted: &BTreeMap<String, String>, given: &BTreeMap<String, String>| {
        wanted.iter().all(|(name, value)| {
            let found = given.iter().find(|(other, _)| other.to_lowercase() == name.to_lowercase());
            found.is_some_and(|(_, found)| value == ANY || found.trim().to_lowercase() == value.to_lowercase())
        })
    };
    let any = |list: &[String], holds: &dyn Fn(&str) -> bool| {
        list.is_empty() || list.iter().any(|one| holds(&one.to_lowercase()))
    };
    let crm = &facts.crm;
    match miss {
        Miss::Off | Miss::Earlier => true,
        Miss::Source => when.sources.is_empty() || when.sources.contains(&facts.source_id),
        Miss::Messenger => is_among(&when.messengers, Some(&facts.messenger)),
        Miss::WorkingHours => when.working_hours.is_none_or(|wanted| match wanted {
            HoursKind::Within => facts.working_hours.is_none_or(|hours| hours == HoursKind::Within),
            HoursKind::Outside => facts.working_hours.is_some_and(|hours| hours != HoursKind::Within),
            HoursKind::Holiday => facts.working_hours == Some(HoursKind::Holiday),
        }),
        Miss::Times => is_at_work(&when.times, facts.local_time),
        Miss::Language => is_among(&when.languages, facts.language.as_deref()),
        Miss::Campaign => is_said(&when.campaign, &facts.campaign),
        Miss::Referral => when.referral.as_ref().is_none_or(|wanted| {
            let begins = |given: &str| wanted == ANY || given.to_lowercase().starts_with(&wanted.to_lowercase());
            facts.referral.as_deref().is_some_and(begins)
        }),
        Miss::Customer => when.customer.is_none_or(|wanted| facts.customer == Some(wanted)),
        Miss::Contact => {
            let contact = if crm.is_known { ContactKind::Known } else { ContactKind::Unknown };
            when.contact.is_none_or(|wanted| wanted == contact)
        }
        Miss::ContactResponsible => {
            let responsible = crm.contact_responsible.filter(|_| crm.is_known);
            when.contact_responsible.is_empty()
                || responsible.is_some_and(|user_id| when.contact_responsible.contains(&user_id))
        }
        Miss::Lead => when.lead.is_none_or(|wanted| wanted == crm.leads_kind()),
        Miss::TextBegins => any(&when.text_begins, &|one| text.trim_start().starts_with(one)),
        Miss::TextContains => any(&when.text_contains, &|one| text.contains(one)),
        Miss::Field => is_said(&when.fields, &facts.fields),
        Miss::Country => is_among(&when.countries, facts.country.as_deref()),
    }
}

/// Any value.
const ANY: &str = "*";

#[cfg(test)]
mod tests {
    use base::json::NumericId;
    use chrono::{NaiveDate, NaiveDateTime};
    use serde_json::{Value, json};

    use super::super::facts::{CrmFacts, LeadFact};
    use super::super::plan::Ask;
    use super::super::rule::CustomerKind;
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
        Some(LeadFact { id: NumericId(id), responsible: Some(NumericId(responsible)), is_new: false })
    }

    fn matches(when: Value, facts: &Facts) -> Vec<Miss> {
        let verdict = explain(&rules(json!([{"id": "a", "name": "a", "when": when}])), facts, &presence());
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
        let verdict = explain(&rules, &facts(), &presence());
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
    fn amocrm_is_asked_only_if_that_may_matter() {
        let needs = |given: Value| needs_crm(&rules(given), &facts());
        let rule = |id: &str, when: Value, then: Value| json!({"id": id, "name": id, "when": when, "then": then});
        let rest = || rule("rest", json!({}), json!({"greeting": "Hello"}));
        for (what, wanted) in [
            ("no rule", needs(json!([]))),
            ("a greeting", needs(json!([rest()]))),
            (
                "a lead that cannot matter",
                needs(json!([rule("a", json!({"lead": "open", "text_begins": ["no"]}), json!({})), rest()])),
            ),
            ("tags that cannot matter", needs(json!([rest(), rule("a", json!({}), json!({"tags": ["chat"]}))]))),
        ] {
            assert!(!wanted, "{what}");
        }
        for (what, wanted) in [
            ("tags", needs(json!([rule("a", json!({}), json!({"tags": ["chat"]}))]))),
            ("a known contact", needs(json!([rule("a", json!({"contact": "known"}), json!({})), rest()]))),
            ("a lead", needs(json!([rule("a", json!({"lead": "none", "text_begins": ["hello"]}), json!({})), rest()]))),
        ] {
            assert!(wanted, "{what}");
        }
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
