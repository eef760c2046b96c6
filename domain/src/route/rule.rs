//! Rules as data: what an account says about new enquiries, and whether that makes sense.

use std::collections::{BTreeMap, BTreeSet};

use base::error::FieldError;
use base::i18n::LocalizedText;
use base::json::NumericId;
use base::phone::Country;
use base::worded::worded;
use connectors::hours::HoursLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use whatlang::Lang;

/// Languages that are recognised, with their codes.
pub const LANGUAGES: [(Lang, &str); 10] = [
    (Lang::Eng, "en"),
    (Lang::Rus, "ru"),
    (Lang::Spa, "es"),
    (Lang::Por, "pt"),
    (Lang::Ukr, "uk"),
    (Lang::Deu, "de"),
    (Lang::Fra, "fr"),
    (Lang::Ita, "it"),
    (Lang::Tur, "tr"),
    (Lang::Ara, "ar"),
];

/// Rules of an account at most.
pub const MOST_RULES: usize = 200;
/// Values of a condition at most.
const MOST_VALUES: usize = 50;
const NAME_CHARS: usize = 100;
const VALUE_CHARS: usize = 200;
const TEXT_CHARS: usize = 1_000;
/// Bytes of all rules in a request at most: what is stored can be read by the API and sent back. The rest is for what stands around
/// the rules.
const MOST_BYTES: usize = base::json::MOST_BYTES - 1_024;
/// Hours after which a customer's next message begins a new enquiry.
pub const SILENCE_HOURS: std::ops::RangeInclusive<u32> = 1..=24 * 30;
/// Minutes until a fallback, or until the end of a task.
pub const MINUTES: std::ops::RangeInclusive<u32> = 1..=60 * 24 * 30;
const WEIGHTS: std::ops::RangeInclusive<u32> = 1..=100;
/// Enquiries of a person a day.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// The rules of an account in their order: the first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSet {
    /// After how many hours without a message of the customer the next one begins a new enquiry.
    #[schema(minimum = 1, maximum = 720, example = 24)]
    pub silence_hours: u32,
    /// amoCRM's id of the user who gets the enquiries of a rule that amoCRM refuses to carry out.
    #[schema(value_type = Option<String>, example = "504141")]
    pub fallback_user: Option<NumericId>,
    #[schema(max_items = 200)]
    pub rules: Vec<Rule>,
}

impl Default for RuleSet {
    fn default() -> Self {
        Self { silence_hours: 24, fallback_user: None, rules: Vec::new() }
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Lower-case letters, digits and `-`. It stays when the rule is changed or moved, and counts its matches.
    #[schema(min_length = 1, max_length = 40, example = "spanish")]
    pub id: String,
    #[schema(min_length = 1, max_length = 100, example = "Spanish customers")]
    pub name: String,
    /// A rule that is off matches nothing.
    #[serde(default = "on")]
    pub on: bool,
    /// All of these must hold; none of them: every enquiry.
    #[serde(default)]
    pub when: Conditions,
    #[serde(default)]
    pub then: Actions,
}

const fn on() -> bool {
    true
}

/// When a rule matches: every condition that is given must hold, and of its values at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Uuid>,
    /// Kinds of sources: `telegram`, `whatsapp`, ….
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messengers: Vec<String>,
    /// Within or outside of the source's working hours, or on one of its holidays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_hours: Option<HoursKind>,
    /// Lines of days and times in the account's time zone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["mon-fri 09:00-15:00"]))]
    pub times: Vec<String>,
    /// Two letters of the language that the message is written in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["es"]))]
    pub languages: Vec<String>,
    /// Campaign parameters by their names, `*` for any value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"utm_source": "mail"}))]
    pub campaign: BTreeMap<String, String>,
    /// How the payload of the link or the advert that the customer came by begins; `*` for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerKind>,
    /// Whether amoCRM had the customer's contact before this enquiry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactKind>,
    /// amoCRM's ids of users, one of whom is responsible for that contact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub contact_responsible: Vec<NumericId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadKind>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text_begins: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text_contains: Vec<String>,
    /// Answers to the questions of a site's chat, by the question.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Two letters of the country of the customer's phone number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["ES"]))]
    pub countries: Vec<String>,
}

worded! {
    /// A time by a source's working hours.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum HoursKind, word {
        Within = "within",
        Outside = "outside",
        Holiday = "holiday",
    }
}

worded! {
    /// Whether a customer wrote before this enquiry.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum CustomerKind, word {
        New = "new",
        Returning = "returning",
    }
}

worded! {
    /// Whether amoCRM had a contact before.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum ContactKind, word {
        Known = "known",
        Unknown = "unknown",
    }
}

worded! {
    /// What leads the contact has.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum LeadKind, word {
        /// One that people work with.
        Open = "open",
        /// Only such that ended.
        Closed = "closed",
        None = "none",
    }
}

/// What a rule does with an enquiry. A rule that says nothing leaves it to amoCRM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Actions {
    /// Which lead the enquiry belongs to.
    #[serde(skip_serializing_if = "LeadUse::is_default")]
    pub lead: LeadUse,
    /// Accepts the incoming lead without a person; otherwise the other actions wait until a person does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub accept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StagePlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Assignee>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<FallbackRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskRule>,
    /// Sent to the customer once, while the messenger allows it. `{name}` is the customer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    /// amoCRM's id of a template that is sent instead of the greeting where the messenger has templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "7103")]
    pub template: Option<NumericId>,
}

worded! {
    /// Which lead an enquiry belongs to.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum LeadUse, word {
        /// The contact's open lead; the incoming or a new one if there is none.
        #[default]
        Open = "open",
        /// The incoming or a new one, even if another is open.
        New = "new",
        /// The open one, else the last that ended is opened again; the incoming or a new one if there is neither.
        Reopen = "reopen",
    }
}

impl LeadUse {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A stage of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StagePlace {
    #[schema(value_type = String, example = "3177727")]
    pub pipeline_id: NumericId,
    #[schema(value_type = String, example = "32392156")]
    pub status_id: NumericId,
}

/// Who becomes responsible for the lead and its contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Assignee {
    /// Who is responsible for the contact.
    Contact,
    /// Who is responsible for the lead that the enquiry belongs to.
    Lead,
    Person {
        /// amoCRM's id.
        #[schema(value_type = String, example = "504141")]
        user_id: NumericId,
    },
    /// People in turn.
    RoundRobin { people: Vec<Seat> },
}

/// A person in a round robin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// amoCRM's id.
    #[schema(value_type = String, example = "504141")]
    pub user_id: NumericId,
    /// How many enquiries this person gets for each one of a person of weight 1.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100)]
    pub weight: u32,
    /// Enquiries a day at most, by the account's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000)]
    pub limit: Option<u32>,
    /// When this person works, in the account's time zone; always if there is no line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["mon-fri 09:00-15:00"]))]
    pub times: Vec<String>,
}

const fn one() -> u32 {
    1
}

/// Who becomes responsible if nobody answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FallbackRule {
    #[schema(minimum = 1, maximum = 43200, example = 15)]
    pub after_minutes: u32,
    /// A person, or the next of a round robin.
    pub to: Assignee,
}

/// A task to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRule {
    #[schema(min_length = 1, max_length = 1000)]
    pub text: String,
    #[schema(minimum = 1, maximum = 43200, example = 60)]
    pub within_minutes: u32,
}

impl Actions {
    /// Whether a lead is needed to carry them out.
    pub fn need_lead(&self) -> bool {
        let leaves_lead = self.stage.is_none() && self.tags.is_empty() && self.task.is_none() && !self.accept;
        !(leaves_lead && self.responsible.is_none() && self.fallback.is_none() && self.lead == LeadUse::Open)
    }
}

impl RuleSet {
    /// Whether a rule is on: only then new enquiries are routed.
    pub fn is_on(&self) -> bool {
        self.enabled().next().is_some()
    }

    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Ids of the users that enabled rules name.
    pub fn users(&self) -> BTreeSet<i64> {
        let assignees = self.enabled().flat_map(|rule| {
            rule.then.responsible.iter().chain(rule.then.fallback.as_ref().map(|fallback| &fallback.to))
        });
        assignees.flat_map(Assignee::users).chain(self.fallback_user.map(|user| user.0)).collect()
    }

    /// The stages that enabled rules name.
    pub fn stages(&self) -> impl Iterator<Item = StagePlace> {
        self.enabled().filter_map(|rule| rule.then.stage)
    }

    pub fn enabled(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| rule.on)
    }

    /// The same with trimmed texts and without empty values, or an error for everything that is wrong. What amoCRM no
    /// longer has is no error: it is marked, and skipped.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut wrong = RuleErrors::default();
        wrong.range("/silence_hours", self.silence_hours, SILENCE_HOURS);
        if self.rules.len() > MOST_RULES {
            wrong.add("/rules".to_owned(), LocalizedText::new("said-most-lines").with("most", MOST_RULES));
        }
        let mut ids = BTreeSet::new();
        for (place, rule) in self.rules.iter_mut().enumerate() {
            let at = format!("/rules/{place}");
            let is_id = |id: &str| {
                let signs = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
                (1..=40).contains(&id.len()) && signs
            };
            // The panel's form of a new rule has that address.
            if !is_id(&rule.id) || rule.id == "new" || !ids.insert(rule.id.clone()) {
                wrong.add(format!("{at}/id"), LocalizedText::new("said-route-id"));
            }
            wrong.required(format!("{at}/name"), &mut rule.name, NAME_CHARS);
            wrong.conditions(&format!("{at}/when"), &mut rule.when);
            wrong.actions(&format!("{at}/then"), &mut rule.then);
            wrong.contradictions(&format!("{at}/then"), rule);
        }
        if self.bytes() > MOST_BYTES {
            wrong.add("/rules".to_owned(), LocalizedText::new("said-route-bytes"));
        }
        if wrong.0.is_empty() { Ok(self) } else { Err(wrong.0) }
    }

    /// How long they are as JSON of a program that writes every letter beyond ASCII as `\u…`, and spaces behind signs.
    fn bytes(&self) -> usize {
        let text = serde_json::to_string(self).unwrap_or_default();
        let bytes = text.chars().map(|sign| match sign {
            ',' | ':' | '/' => 2,
            sign if sign.is_ascii() => 1,
            sign => 6 * sign.len_utf16(),
        });
        bytes.sum()
    }
}

impl Assignee {
    /// Ids of the users that it names.
    pub fn users(&self) -> Vec<i64> {
        match self {
            Self::Contact | Self::Lead => Vec::new(),
            Self::Person { user_id } => vec![user_id.0],
            Self::RoundRobin { people } => people.iter().map(|seat| seat.user_id.0).collect(),
        }
    }
}

/// Collects what is wrong.
#[derive(Default)]
struct RuleErrors(Vec<FieldError>);

impl RuleErrors {
    fn add(&mut self, pointer: String, said: LocalizedText) {
        self.0.push(FieldError::new(pointer, said));
    }

    fn range(&mut self, pointer: &str, value: u32, range: std::ops::RangeInclusive<u32>) {
        if !range.contains(&value) {
            let said = LocalizedText::new("said-between").with("least", *range.start()).with("most", *range.end());
            self.add(pointer.to_owned(), said);
        }
    }

    fn required(&mut self, pointer: String, text: &mut String, most: usize) {
        *text = text.trim().to_owned();
        if text.is_empty() {
            self.add(pointer, LocalizedText::new("said-empty"));
        } else if text.chars().count() > most {
            self.add(pointer, LocalizedText::new("said-most-characters").with("most", most));
        } else if text.contains('\0') {
            self.add(pointer, LocalizedText::new("said-unstorable"));
        }
    }

    fn list(&mut self, pointer: &str, list: &mut Vec<String>) {
        list.iter_mut().for_each(|value| *value = value.trim().to_owned());
        list.retain(|value| !value.is_empty());
        if list.len() > MOST_VALUES {
            self.add(pointer.to_owned(), LocalizedText::new("said-most-lines").with("most", MOST_VALUES));
        }
        for (place, value) in list.iter_mut().enumerate() {
            self.required(format!("{pointer}/{place}"), value, VALUE_CHARS);
        }
    }

    fn times(&mut self, pointer: &str, lines: &mut Vec<String>) {
        self.list(pointer, lines);
        for (place, _) in lines.iter().enumerate().filter(|(_, line)| HoursLine::parse(line).is_none()) {
            self.add(format!("{pointer}/{place}"), LocalizedText::new("said-hours"));
        }
    }

    fn map(&mut self, pointer: &str, map: &mut BTreeMap<String, String>) {
        let trimmed = std::mem::take(map).into_iter().map(|(name, value)| (name.trim().to_owned(), value));
        *map = trimmed.filter(|(name, value)| !(name.is_empty() && value.trim().is_empty())).collect();
        for (name, value) in map {
            if name.is_empty() || name.chars().count() > VALUE_CHARS {
                self.add(pointer.to_owned(), LocalizedText::new("said-route-named"));
            }
            self.required(format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), value, VALUE_CHARS);
        }
    }

    fn conditions(&mut self, at: &str, when: &mut Conditions) {
        self.list(&format!("{at}/messengers"), &mut when.messengers);
        self.times(&format!("{at}/times"), &mut when.times);
        self.list(&format!("{at}/languages"), &mut when.languages);
        for (place, value) in when.languages.iter_mut().enumerate() {
            *value = value.to_lowercase();
            if !LANGUAGES.iter().any(|(_, code)| code == value) {
                let known: Vec<&str> = LANGUAGES.iter().map(|(_, code)| *code).collect();
                let said = LocalizedText::new("said-value-unknown").with("value", value.as_str());
                self.add(format!("{at}/languages/{place}"), said.with("known", known.join(", ")));
            }
        }
        self.map(&format!("{at}/campaign"), &mut when.campaign);
        if let Some(referral) = &mut when.referral {
            self.required(format!("{at}/referral"), referral, VALUE_CHARS);
        }
        self.list(&format!("{at}/text_begins"), &mut when.text_begins);
        self.list(&format!("{at}/text_contains"), &mut when.text_contains);
        self.map(&format!("{at}/fields"), &mut when.fields);
        self.list(&format!("{at}/countries"), &mut when.countries);
        for (place, code) in when.countries.iter_mut().enumerate() {
            *code = code.to_uppercase();
            if Country::of_code(code).is_none() {
                self.add(format!("{at}/countries/{place}"), LocalizedText::new("said-route-country"));
            }
        }
    }

    fn actions(&mut self, at: &str, then: &mut Actions) {
        self.list(&format!("{at}/tags"), &mut then.tags);
        if let Some(task) = &mut then.task {
            self.required(format!("{at}/task/text"), &mut task.text, TEXT_CHARS);
            self.range(&format!("{at}/task/within_minutes"), task.within_minutes, MINUTES);
        }
        if let Some(greeting) = &mut then.greeting {
            self.required(format!("{at}/greeting"), greeting, TEXT_CHARS);
        }
        if let Some(assignee) = &mut then.responsible {
            self.assignee(&format!("{at}/responsible"), assignee);
        }
        if let Some(fallback) = &mut then.fallback {
            self.range(&format!("{at}/fallback/after_minutes"), fallback.after_minutes, MINUTES);
            self.assignee(&format!("{at}/fallback/to"), &mut fallback.to);
        }
    }

    fn assignee(&mut self, at: &str, assignee: &mut Assignee) {
        let Assignee::RoundRobin { people } = assignee else { return };
        if people.is_empty() {
            self.add(format!("{at}/people"), LocalizedText::new("said-route-nobody"));
        }
        if people.len() > MOST_VALUES {
            self.add(format!("{at}/people"), LocalizedText::new("said-most-lines").with("most", MOST_VALUES));
        }
        let mut seen = BTreeSet::new();
        for (place, seat) in people.iter_mut().enumerate() {
            let at = format!("{at}/people/{place}");
            if !seen.insert(seat.user_id) {
                self.add(format!("{at}/user_id"), LocalizedText::new("said-route-twice"));
            }
            self.range(&format!("{at}/weight"), seat.weight, WEIGHTS);
            seat.limit.into_iter().for_each(|limit| self.range(&format!("{at}/limit"), limit, LIMITS));
            self.times(&format!("{at}/times"), &mut seat.times);
        }
    }

    /// What cannot be meant: a fallback to the same person, the responsible of something that the rule says is not there.
    fn contradictions(&mut self, at: &str, rule: &Rule) {
        let (when, then) = (&rule.when, &rule.then);
        if let Some(fallback) = &then.fallback {
            let to = fallback.to.users();
            let is_circle = match (&then.responsible, to.as_slice()) {
                (Some(Assignee::Person { user_id }), [only]) => user_id.0 == *only,
                (Some(Assignee::RoundRobin { people }), [only]) => people.iter().all(|seat| seat.user_id.0 == *only),
                _ => false,
            };
            let said = match fallback.to {
                Assignee::Contact | Assignee::Lead => Some("said-route-fallback"),
                Assignee::Person { .. } | Assignee::RoundRobin { .. } => is_circle.then_some("said-route-circle"),
            };
            if let Some(said) = said {
                self.add(format!("{at}/fallback/to"), LocalizedText::new(said));
            }
        }
        let is_nobodys = match then.responsible {
            Some(Assignee::Contact) => when.contact == Some(ContactKind::Unknown),
            Some(Assignee::Lead) => when.lead == Some(LeadKind::None) || then.lead == LeadUse::New,
            _ => false,
        };
        if is_nobodys {
            self.add(format!("{at}/responsible"), LocalizedText::new("said-route-contradiction"));
        }
        let is_of_nobody = when.contact == Some(ContactKind::Unknown)
            && (!when.contact_responsible.is_empty() || when.lead.is_some_and(|lead| lead != LeadKind::None));
        if is_of_nobody {
            self.add(at.replace("/then", "/when") + "/contact", LocalizedText::new("said-route-contradiction"));
        }
        if then.lead == LeadUse::Reopen && then.stage.is_none() {
            self.add(format!("{at}/stage"), LocalizedText::new("said-route-reopen"));
        }
        if then.lead == LeadUse::Reopen && when.lead == Some(LeadKind::None) {
            self.add(format!("{at}/lead"), LocalizedText::new("said-route-contradiction"));
        }
    }
}

#[cfg(test)]
mod tests;
