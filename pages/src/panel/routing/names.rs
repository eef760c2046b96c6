//! Rules in words: sources, people and stages by their names.

use std::collections::BTreeMap;

use base::error::Result;
use base::i18n::Sentence;
use base::json::NumericId;
use domain::route::decide::Miss;
use domain::route::plan::{Ask, Plan, Presence, RuleFault};
use domain::route::rule::{Actions, Assignee, Conditions, LANGUAGES, LeadUse, StagePlace};
use domain::source::{KnownPipeline, KnownUser};
use domain::template::Stage;
use entity::{message_template, source};
use uuid::Uuid;

use super::super::choice::{SelectOption, crm_list, pipelines};
use super::super::{Member, PageContext, PanelContext};

/// A name and what is said of it.
pub struct Said {
    pub label: String,
    pub text: String,
}

/// What rules name.
pub struct Names<'a> {
    pub page: &'a PageContext,
    pub sources: Vec<source::Model>,
    pub users: Option<Vec<KnownUser>>,
    pub pipelines: Option<Vec<KnownPipeline>>,
    /// Templates that a source may send, by amoCRM's id.
    templates: BTreeMap<i64, String>,
}

impl<'a> Names<'a> {
    /// `asks`: old lists are asked for in the background.
    pub async fn read(app: &PanelContext, member: &Member, page: &'a PageContext, asks: bool) -> Result<Self> {
        use sea_orm::QueryOrder;
        let tenant_id = member.tenant_id;
        let users = crm_list::<KnownUser>(app, tenant_id, asks).await?;
        let pipelines = pipelines(app, tenant_id, asks).await?;
        let sources = domain::source::live(tenant_id).order_by_asc(source::Column::Name).all(app.store.read()).await?;
        let templates = domain::template::registered(&app.sources, tenant_id).await?;
        let is_approved = |row: &message_template::Model| Stage::of(row) == Stage::Approved;
        let present = |pipeline: &KnownPipeline| !pipeline.archived;
        Ok(Self {
            page,
            sources,
            users: users.map(|known| known.items),
            pipelines: pipelines.map(|known| known.items.into_iter().filter(present).collect()),
            templates: templates.into_iter().filter(is_approved).map(|row| (row.crm_id, row.title)).collect(),
        })
    }

    /// Whether amoCRM ever listed people and pipelines.
    pub fn are_known(&self) -> bool {
        self.users.is_some() && self.pipelines.is_some()
    }

    /// Who works in the account and which stages it has.
    pub fn presence(&self) -> Presence {
        Presence::of(self.users.as_deref(), self.pipelines.as_deref())
    }

    fn text(&self, key: impl Into<std::borrow::Cow<'static, str>>) -> Sentence {
        self.page.words.text(key).with("crm", self.page.crm)
    }

    /// A user's name, else the number.
    pub fn user(&self, id: i64) -> String {
        let found = self.users.iter().flatten().find(|user| user.id == id && !user.name.is_empty());
        found.map_or_else(|| id.to_string(), |user| user.name.clone())
    }

    /// A user to choose. amoCRM does not say why some have no id in chats, so this says no more than that.
    pub fn person(&self, user: &KnownUser) -> String {
        let name = self.user(user.id);
        if user.amojo_id.is_some() { name } else { self.text("routing-person-no-chat").with("name", name).to_string() }
    }

    /// A source's name.
    pub fn source(&self, id: Uuid) -> String {
        let found = self.sources.iter().find(|source| source.id == id);
        found.map_or_else(|| self.text("routing-source-gone").to_string(), |source| source.name.clone())
    }

    /// Pipeline and stage.
    pub fn stage(&self, place: StagePlace) -> String {
        let pipeline = self.pipelines.iter().flatten().find(|pipeline| pipeline.id == place.pipeline_id.0);
        let stage = pipeline.and_then(|pipeline| pipeline.stages.iter().find(|stage| stage.id == place.status_id.0));
        match (pipeline, stage) {
            (Some(pipeline), Some(stage)) => format!("{} › {}", pipeline.name, stage.name),
            _ => self.text("routing-stage-gone").with("id", place.status_id.to_string()).to_string(),
        }
    }

    /// A fault in words.
    pub fn fault(&self, fault: RuleFault) -> String {
        self.text(format!("routing-fault-{}", fault.word())).to_string()
    }

    /// Why a rule does not decide.
    pub fn miss(&self, miss: Miss) -> String {
        self.text(format!("routing-condition-{}", miss.word())).to_string()
    }

    /// The active users as options, with what the first, empty one is called. One who is gone stays while it is chosen.
    pub fn user_options(&self, none: &'static str, chosen: &str) -> Vec<SelectOption> {
        let mut options = vec![SelectOption::new("", self.text(none), chosen)];
        let active = self.users.iter().flatten().filter(|user| !user.is_gone || user.id.to_string() == chosen);
        options.extend(active.map(|user| SelectOption::new(user.id.to_string(), self.person(user), chosen)));
        with_chosen(options, chosen, chosen)
    }

    /// The stages as options; the value is `pipeline/stage`.
    pub fn stage_options(&self, chosen: &str) -> Vec<SelectOption> {
        let mut options = vec![SelectOption::new("", self.text("routing-stage-keep"), chosen)];
        for pipeline in self.pipelines.iter().flatten() {
            options.extend(pipeline.stages.iter().map(|stage| {
                let label = format!("{} › {}", pipeline.name, stage.name);
                SelectOption::new(format!("{}/{}", pipeline.id, stage.id), label, chosen)
            }));
        }
        with_chosen(options, chosen, self.text("routing-stage-gone").with("id", chosen))
    }

    /// The templates that may be sent as options.
    pub fn template_options(&self, chosen: Option<NumericId>) -> Vec<SelectOption> {
        let chosen = chosen.map(|id| id.to_string()).unwrap_or_default();
        let mut options = vec![SelectOption::new("", self.text("routing-template-none"), &chosen)];
        options.extend(self.templates.iter().map(|(id, name)| SelectOption::new(id.to_string(), name, &chosen)));
        with_chosen(options, &chosen, &chosen)
    }

    /// A template's name, else the number.
    fn template(&self, id: i64) -> String {
        self.templates.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn said(&self, key: &str, text: impl Into<String>) -> Said {
        Said { label: self.text(key.to_owned()).to_string(), text: text.into() }
    }

    /// The conditions of a rule.
    pub fn conditions(&self, when: &Conditions) -> Vec<Said> {
        let mut said = Vec::new();
        let mut add = |key: &str, values: Vec<String>| {
            if !values.is_empty() {
                said.push(self.said(&format!("routing-condition-{key}"), values.join(", ")));
            }
        };
        let one = |key: Option<String>| key.map(|key| self.text(key).to_string()).into_iter().collect::<Vec<_>>();
        let pairs = |map: &std::collections::BTreeMap<String, String>| {
            map.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>()
        };
        add("source", when.sources.iter().map(|id| self.source(*id)).collect());
        let kind = |kind: &String| self.page.words.text_of("connector-", kind).to_string();
        add("messenger", when.messengers.iter().map(kind).collect());
        add("working_hours", one(when.working_hours.map(|hours| format!("routing-hours-{}", hours.word()))));
        add("times", when.times.clone());
        add("language", when.languages.iter().map(|code| language(code)).collect());
        add("campaign", pairs(&when.campaign));
        add("referral", when.referral.iter().cloned().collect());
        add("customer", one(when.customer.map(|kind| format!("routing-customer-{}", kind.word()))));
        add("contact", one(when.contact.map(|kind| format!("routing-contact-{}", kind.word()))));
        add("contact_responsible", when.contact_responsible.iter().map(|user| self.user(user.0)).collect());
        add("lead", one(when.lead.map(|kind| format!("routing-lead-{}", kind.word()))));
        add("text_begins", when.text_begins.clone());
        add("text_contains", when.text_contains.clone());
        add("field", pairs(&when.fields));
        add("country", when.countries.clone());
        if said.is_empty() {
            said.push(Said { label: String::new(), text: self.text("routing-always").to_string() });
        }
        said
    }

    /// The actions of a rule.
    pub fn actions(&self, then: &Actions) -> Vec<Said> {
        let mut said = Vec::new();
        if then.lead != LeadUse::Open {
            said.push(self.said("routing-use", self.text(format!("routing-use-{}", then.lead.word())).to_string()));
        }
        if then.accept {
            said.push(Said { label: String::new(), text: self.text("routing-accept").to_string() });
        }
        said.extend(then.stage.map(|stage| self.said("routing-stage", self.stage(stage))));
        said.extend(then.responsible.as_ref().map(|to| self.said("routing-responsible", self.assignee(to))));
        said.extend(then.fallback.as_ref().map(|fallback| {
            let after = self.text("routing-after-minutes").with("minutes", fallback.after_minutes);
            self.said("routing-fallback-to", format!("{} ({after})", self.assignee(&fallback.to)))
        }));
        if !then.tags.is_empty() {
            said.push(self.said("routing-tags", then.tags.join(", ")));
        }
        said.extend(then.task.as_ref().map(|task| self.said("routing-task", task.text.clone())));
        said.extend(then.greeting.as_ref().map(|text| self.said("routing-greeting", text.clone())));
        said.extend(then.template.map(|id| self.said("routing-template", self.template(id.0))));
        if said.is_empty() {
            said.push(Said { label: String::new(), text: self.text("routing-leaves").to_string() });
        }
        said
    }

    pub fn assignee(&self, assignee: &Assignee) -> String {
        match assignee {
            Assignee::Contact => self.text("routing-assignee-contact").to_string(),
            Assignee::Lead => self.text("routing-assignee-lead").to_string(),
            Assignee::Person { user_id } => self.user(user_id.0),
            Assignee::RoundRobin { people } => {
                let names: Vec<String> = people.iter().map(|seat| self.user(seat.user_id.0)).collect();
                format!("{}: {}", self.text("routing-assignee-round_robin"), names.join(", "))
            }
        }
    }

    /// What amoCRM would be asked.
    pub fn ask(&self, ask: &Ask, plan: &Plan) -> String {
        let detail = match ask {
            Ask::Stage { .. } => plan.stage.map(|stage| self.stage(stage)).unwrap_or_default(),
            Ask::Assign { user_id } => self.user(user_id.0),
            Ask::Template { template_id } => self.template(template_id.0),
            Ask::Tag => plan.tags.join(", "),
            Ask::Task => plan.task.as_ref().map(|task| task.text.clone()).unwrap_or_default(),
            Ask::Fallback { minutes } => self.text("routing-after-minutes").with("minutes", *minutes).to_string(),
            _ => String::new(),
        };
        self.text(format!("routing-ask-{}", ask.word())).with("detail", detail).to_string()
    }
}

/// A language by its own name.
pub fn language(code: &str) -> String {
    let found = LANGUAGES.iter().find(|(_, known)| *known == code);
    found.map_or_else(|| code.to_owned(), |(lang, _)| lang.name().to_owned())
}

/// The options with the chosen one, which amoCRM may no longer have.
fn with_chosen(mut options: Vec<SelectOption>, chosen: &str, label: impl ToString) -> Vec<SelectOption> {
    if !chosen.is_empty() && !options.iter().any(|option| option.chosen) {
        options.push(SelectOption::new(chosen, label, chosen));
    }
    options
}
