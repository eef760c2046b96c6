//! One template: its form, or its content if it cannot be changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web;
use base::error::Result;
use base::i18n::Words;
use base::message::is_visible;
use domain::template as templates;
use domain::template::{ShownButton, TemplateDraft, TemplateView, is_filled_in, markers};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{badge, category, id_of, trouble};
use crate::panel::choice::SelectOption;
use crate::panel::{
    Answer, AppData, ConfirmPage, EmptyForm, Fields, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone,
    html_as,
};

/// What a new template is made from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NewTemplateQuery {
    /// amoCRM's id of another one.
    copy: Option<String>,
    /// The source whose messenger has it, with its name and language there.
    source: Option<Uuid>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
}

/// A review as text.
struct ReviewText {
    source: String,
    badge: String,
    reason: String,
}

/// Facts about an existing template.
struct ExistingTemplate {
    id: i64,
    badge: String,
    reviews: Vec<ReviewText>,
    is_waba: bool,
    is_draft: bool,
    /// Address of the form that submits it for review.
    review: String,
    is_open: bool,
    has_file: bool,
    category: String,
}

#[derive(askama::Template)]
#[template(path = "panel/templates/one.html")]
struct TemplatePage {
    page: PageContext,
    /// `None` for a new one.
    known: Option<ExistingTemplate>,
    typed: TemplateForm,
    kinds: Vec<SelectOption>,
    categories: Vec<SelectOption>,
    buttons: Vec<ShownButton>,
    errors: Wrong,
    /// The reader may change it, and it can be changed.
    may: bool,
    /// The reader may change templates.
    may_act: bool,
    /// Sources for which a review is requested.
    sources: Vec<String>,
}

impl TemplatePage {
    /// Whether a new template may be for official WhatsApp, which requires a messenger that supports it. The choice is
    /// always on the page, so that it works without scripts.
    fn is_of_whatsapp(&self) -> bool {
        self.known.as_ref().map_or(!self.sources.is_empty(), |known| known.is_waba)
    }

    fn error(&self, name: &str) -> String {
        self.errors.iter().find(|(of, _)| of == name).map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// `GET /panel/templates/new`
pub(super) async fn new(app: AppData, member: Member, asked: web::Query<NewTemplateQuery>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let key = app.clock.uuid_v7().to_string();
    let typed = match (&asked.copy, asked.source) {
        (_, Some(source_id)) => {
            let source = domain::source::find(&app.sources, member.tenant_id, source_id).await?;
            match templates::draft_of(&app.sources, &source, &asked.name, &asked.language).await {
                Ok(draft) => TemplateForm { key, source: source_id.to_string(), ..TemplateForm::of_draft(draft) },
                Err(error) => {
                    let notice = Notice::failed(trouble(&member, error)?);
                    return member.see_other(&app, "/panel/templates/register", notice).await;
                }
            }
        }
        (Some(id), None) => {
            let from = templates::known_one(&app.sources, member.tenant_id, id_of(id)?).await?;
            let typed = TemplateForm { key, ..TemplateForm::of(&from) };
            match templates::sources(&app.sources, member.tenant_id).await?.is_empty() {
                true => typed.for_any_messenger(),
                false => typed,
            }
        }
        (None, None) => TemplateForm::new(key, member.words),
    };
    show(&app, &member, None, typed, Wrong::new()).await
}

/// `GET /panel/templates/{id}`
pub(super) async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    member.require(Right::Look)?;
    let app = app.into_inner();
    let template = templates::known_one(&app.sources, member.tenant_id, id_of(&id)?).await?;
    let typed = TemplateForm::of(&template);
    show(&app, &member, Some(template), typed, Wrong::new()).await
}

/// The page of a template, or of a new one; with errors if the form was rejected.
pub(super) async fn show(
    app: &Arc<PanelContext>,
    member: &Member,
    template: Option<TemplateView>,
    typed: TemplateForm,
    errors: Wrong,
) -> Answer {
    let page = match &template {
        Some(template) => member.page(template.name.clone(), Nav::Templates),
        None => member.page("templates-new", Nav::Templates),
    };
    let (page, status) = match errors.is_empty() {
        true => (page, StatusCode::OK),
        false => (page.with_error(), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let may_act = member.may(Right::EditTemplates);
    let one = TemplatePage {
        may: may_act && template.as_ref().is_none_or(|template| template.state.is_open()),
        may_act,
        known: template.map(|template| existing(&page, template)),
        kinds: typed.kinds(&page),
        categories: typed.categories(&page),
        buttons: typed.rows(),
        sources: templates::sources(&app.sources, member.tenant_id).await?,
        typed,
        errors,
        page: page.clone(),
    };
    html_as(status, &page, &one)
}

fn existing(page: &PageContext, template: TemplateView) -> ExistingTemplate {
    let review = |review: &templates::Review| ReviewText {
        source: review.source.clone(),
        badge: page.badge(review.state.tone(), page.words.text_of("template-state-", review.state.word())),
        reason: review.reason.clone(),
    };
    ExistingTemplate {
        id: template.id,
        badge: badge(page, &template),
        reviews: template.reviews.iter().map(review).collect(),
        is_waba: template.is_waba(),
        review: format!("/panel/templates/{}/review", template.id),
        is_draft: template.state == templates::TemplateState::Draft,
        is_open: template.state.is_open(),
        has_file: template.has_file,
        category: category(page, &template.category),
    }
}

/// Longest header, in characters.
const HEADER_CHARS: usize = 60;
const NAME_CHARS: usize = 255;
/// Minimum number of rows for buttons.
const BUTTONS: usize = 3;
const CATEGORIES: [&str; 3] = ["UTILITY", "MARKETING", "AUTHENTICATION"];
const KINDS: [&str; 2] = ["plain", "waba"];
const NAMES: &[&str] = &[
    "key",
    "source",
    "name",
    "kind",
    "text",
    "language",
    "category",
    "header",
    "footer",
    "examples",
    "button_text",
    "button_url",
];

/// Errors by field name.
pub(super) type Wrong = Vec<(String, String)>;

/// The values of the form.
#[derive(Clone, Debug, Default)]
pub(super) struct TemplateForm {
    pub key: String,
    /// The source whose messenger has this template already; empty for any other.
    pub source: String,
    pub name: String,
    pub kind: String,
    pub text: String,
    pub language: String,
    pub category: String,
    pub header: String,
    pub footer: String,
    /// One `{{marker}} = example` per line.
    pub examples: String,
    pub buttons: Vec<ShownButton>,
}

impl TemplateForm {
    /// An empty form for a new template.
    pub fn new(key: String, words: Words) -> Self {
        Self {
            key,
            kind: "plain".to_owned(),
            language: words.language().code().to_owned(),
            category: "UTILITY".to_owned(),
            ..Self::default()
        }
    }

    /// The same for a template for any messenger.
    pub fn for_any_messenger(self) -> Self {
        Self { kind: KINDS[0].to_owned(), ..self }
    }

    /// Whether it is for official WhatsApp.
    pub fn is_of_whatsapp(&self) -> bool {
        self.kind == KINDS[1]
    }

    /// The form of a template that a messenger has.
    pub fn of_draft(draft: TemplateDraft) -> Self {
        Self {
            name: draft.name,
            kind: KINDS[1].to_owned(),
            text: draft.text,
            language: draft.language,
            category: draft.category,
            header: draft.header,
            footer: draft.footer,
            buttons: draft.buttons,
            ..Self::default()
        }
    }

    /// The form of an existing template.
    pub fn of(template: &TemplateView) -> Self {
        let line = |(marker, example): (&String, &String)| format!("{marker} = {example}");
        Self {
            name: template.name.clone(),
            kind: if template.is_waba() { "waba" } else { "plain" }.to_owned(),
            text: template.text.clone(),
            language: template.language.clone(),
            category: template.category.clone(),
            header: template.header.clone(),
            footer: template.footer.clone(),
            examples: template.examples.iter().map(line).collect::<Vec<_>>().join("\n"),
            buttons: template.buttons.clone(),
            ..Self::default()
        }
    }

    /// The submitted form. 400 for unknown fields.
    pub fn read(form: &Fields) -> Result<Self> {
        form.allow_only(NAMES)?;
        let (texts, urls) = (form.all("button_text"), form.all("button_url"));
        let url = |place: usize| urls.get(place).map(|url| url.trim().to_owned()).unwrap_or_default();
        let buttons =
            texts.iter().enumerate().map(|(place, text)| ShownButton { text: text.trim().to_owned(), url: url(place) });
        let line = |name: &str| form.get(name).trim().to_owned();
        Ok(Self {
            key: line("key"),
            source: line("source"),
            name: line("name"),
            kind: line("kind"),
            text: form.get("text").replace("\r\n", "\n").trim().to_owned(),
            language: line("language"),
            category: line("category"),
            header: line("header"),
            footer: line("footer"),
            examples: form.get("examples").replace("\r\n", "\n"),
            buttons: buttons.filter(|button| !button.text.is_empty() || !button.url.is_empty()).collect(),
        })
    }

    /// The rows of buttons, with empty ones for more buttons.
    pub fn rows(&self) -> Vec<ShownButton> {
        let missing = BUTTONS.saturating_sub(self.buttons.len());
        self.buttons.iter().cloned().chain(std::iter::repeat_n(ShownButton::default(), missing)).collect()
    }

    pub fn kinds(&self, page: &PageContext) -> Vec<SelectOption> {
        KINDS.map(|kind| SelectOption::new(kind, page.words.text_of("templates-kind-", kind), &self.kind)).into()
    }

    pub fn categories(&self, page: &PageContext) -> Vec<SelectOption> {
        CATEGORIES.map(|one| SelectOption::new(one, super::category(page, one), &self.category)).into()
    }

    /// The draft, or its errors. `before`: the stored text, whose markers are accepted as they are.
    pub fn draft(&self, words: Words, before: &str) -> std::result::Result<TemplateDraft, Wrong> {
        let mut wrong = Wrong::new();
        let is_waba = self.is_of_whatsapp();
        let label = |key: &'static str| words.text(key).to_string();
        let mut text = |name: &str, key: &'static str, value: &str, most: usize, needed: bool| {
            let length = value.chars().count();
            if needed && !is_visible(value) {
                wrong.push((name.to_owned(), words.text("form-empty").with("field", label(key)).to_string()));
            } else if length > most {
                let said = words.text("form-too-long").with("field", label(key)).with("length", length);
                wrong.push((name.to_owned(), said.with("limit", most).to_string()));
            }
        };
        text("name", "templates-name", &self.name, NAME_CHARS, true);
        text("text", "templates-body", &self.text, usize::MAX, true);
        text("language", "templates-language", &self.language, 15, is_waba);
        text("header", "templates-header", &self.header, if is_waba { HEADER_CHARS } else { usize::MAX }, false);
        let examples = self.examples(words, is_waba, before, &mut wrong);
        let is_address = |url: &str| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        for button in &self.buttons {
            if button.text.is_empty() {
                let said = words.text("form-empty").with("field", label("templates-button-text"));
                wrong.push(("button_text".to_owned(), said.to_string()));
            } else if !button.url.is_empty() && !is_address(&button.url) {
                wrong.push(("button_text".to_owned(), words.text("form-not-url").to_string()));
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let category = CATEGORIES.into_iter().find(|one| *one == self.category).unwrap_or(CATEGORIES[0]);
        Ok(TemplateDraft {
            name: self.name.clone(),
            text: self.text.clone(),
            buttons: self.buttons.clone(),
            is_waba,
            language: self.language.clone(),
            category: category.to_owned(),
            header: self.header.clone(),
            footer: self.footer.clone(),
            examples,
        })
    }

    /// The examples by marker. WhatsApp requires one for each.
    fn examples(&self, words: Words, is_waba: bool, before: &str, wrong: &mut Wrong) -> BTreeMap<String, String> {
        let Some(named) = markers(&self.text) else {
            wrong.push(("text".to_owned(), words.text("templates-marker-broken").to_string()));
            return BTreeMap::new();
        };
        let kept = markers(before).unwrap_or_default();
        for (name, text) in [("text", &self.text), ("header", &self.header)] {
            let found = markers(text).unwrap_or_default();
            if let Some(unknown) = found.iter().find(|marker| !is_filled_in(marker) && !kept.contains(marker)) {
                let said = words.text("templates-marker-unknown").with("marker", unknown.as_str());
                wrong.push((name.to_owned(), said.to_string()));
            }
        }
        let pair = |line: &str| {
            let (marker, example) = line.split_once('=')?;
            Some((marker.trim().to_owned(), example.trim().to_owned()))
        };
        let typed: BTreeMap<String, String> = self.examples.lines().filter_map(pair).collect();
        let missing = named.iter().find(|marker| typed.get(*marker).is_none_or(String::is_empty));
        if let (true, Some(missing)) = (is_waba, missing) {
            let said = words.text("templates-example-missing").with("marker", missing.as_str());
            wrong.push(("examples".to_owned(), said.to_string()));
        }
        typed.into_iter().filter(|(marker, _)| named.contains(marker)).collect()
    }
}

/// `POST /panel/templates`
pub(super) async fn create(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let typed = TemplateForm::read(&form)?;
    if typed.is_of_whatsapp() && templates::sources(&app.sources, member.tenant_id).await?.is_empty() {
        let wrong = refused(member.words.text("said-template-no-source").to_string());
        return show(&app, &member, None, typed.for_any_messenger(), wrong).await;
    }
    let draft = match typed.draft(member.words, "") {
        Ok(draft) => draft,
        Err(wrong) => return show(&app, &member, None, typed, wrong).await,
    };
    // A form that was sent twice finds the template that the first request created.
    let key = Uuid::try_parse(&typed.key).unwrap_or_else(|_| app.clock.uuid_v7()).to_string();
    let made = match templates::create(&app.sources, member.tenant_id, &key, &draft).await {
        Ok(made) => made,
        Err(error) => {
            let wrong = refused(trouble(&member, error)?);
            return show(&app, &member, None, typed, wrong).await;
        }
    };
    note(&app, &member, "template.created", made.id, &made.name).await?;
    let said = match typed.source.is_empty() {
        true => "templates-saved",
        false => match templates::bring_all(&app.sources, member.tenant_id).await {
            Ok(_) if is_registered(&app, &member, made.id).await? => "templates-saved-known",
            _ => "templates-saved-unmatched",
        },
    };
    let notice = Notice::done(member.words.text(said).with("name", made.name));
    member.see_other(&app, &format!("/panel/templates/{}", made.id), notice).await
}

async fn is_registered(app: &PanelContext, member: &Member, id: i64) -> Result<bool> {
    let rows = templates::registered(&app.sources, member.tenant_id).await?;
    Ok(rows.iter().any(|row| row.crm_id == id))
}

/// `POST /panel/templates/{id}`
pub(super) async fn save(app: AppData, member: Member, id: web::Path<String>, form: Form<Fields>) -> Answer {
    member.require(Right::EditTemplates)?;
    let (app, tenant_id) = (app.into_inner(), member.tenant_id);
    let template = templates::find(&app.sources, tenant_id, id_of(&id)?).await?;
    let mut typed = TemplateForm::read(&form)?;
    typed.kind = TemplateForm::of(&template).kind;
    let draft = match typed.draft(member.words, &format!("{}\n{}", template.text, template.header)) {
        Ok(draft) => draft,
        Err(wrong) => return show(&app, &member, Some(template), typed, wrong).await,
    };
    let id = template.id;
    if let Err(error) = templates::change(&app.sources, tenant_id, id, &draft).await {
        let wrong = refused(trouble(&member, error)?);
        return show(&app, &member, Some(template), typed, wrong).await;
    }
    note(&app, &member, "template.changed", id, &draft.name).await?;
    let notice = Notice::done(member.words.text("templates-saved").with("name", draft.name));
    member.see_other(&app, &format!("/panel/templates/{id}"), notice).await
}

/// `POST /panel/templates/{id}/review`
pub(super) async fn review(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let (app, id) = (app.into_inner(), id_of(&id)?);
    let notice = match templates::for_review(&app.sources, member.tenant_id, id).await {
        Ok(_) => {
            note(&app, &member, "template.sent", id, "").await?;
            Notice::done(member.words.text("templates-review-sent"))
        }
        Err(error) => Notice::of(Tone::Warn, trouble(&member, error)?),
    };
    member.see_other(&app, &format!("/panel/templates/{id}"), notice).await
}

/// `GET /panel/templates/{id}/delete`
pub(super) async fn ask(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let template = templates::known_one(&app.sources, member.tenant_id, id_of(&id)?).await?;
    let page = member.page("templates-delete", Nav::Templates);
    let confirm = ConfirmPage {
        sentence: page.words.text("templates-delete-confirm").with("name", template.name).with("crm", page.crm),
        action: format!("/panel/templates/{}/delete", template.id),
        button: page.words.text("templates-delete"),
        danger: true,
        back: format!("/panel/templates/{}", template.id),
        page,
    };
    confirm.ask()
}

/// `POST /panel/templates/{id}/delete`
pub(super) async fn delete(app: AppData, member: Member, id: web::Path<String>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::EditTemplates)?;
    let (app, tenant_id) = (app.into_inner(), member.tenant_id);
    let template = templates::find(&app.sources, tenant_id, id_of(&id)?).await?;
    if let Err(error) = templates::remove(&app.sources, tenant_id, template.id).await {
        let notice = Notice::of(Tone::Warn, trouble(&member, error)?);
        return member.see_other(&app, &format!("/panel/templates/{}", template.id), notice).await;
    }
    note(&app, &member, "template.deleted", template.id, &template.name).await?;
    let notice = Notice::done(member.words.text("templates-deleted").with("name", template.name));
    member.see_other(&app, "/panel/templates", notice).await
}

/// Errors that concern no field are shown above the form.
fn refused(text: String) -> Wrong {
    vec![("name".to_owned(), text)]
}

/// Written to the audit log after amoCRM's answer, because there is no common transaction.
async fn note(app: &PanelContext, member: &Member, action: &'static str, id: i64, name: &str) -> Result<()> {
    let detail = json!({ "name": name });
    member.audit(app, app.store.write(), action, &id.to_string(), detail).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    fn typed(kind: &str, text: &str, examples: &str) -> TemplateForm {
        TemplateForm {
            name: "Ready".into(),
            kind: kind.into(),
            text: text.into(),
            language: "en".into(),
            examples: examples.into(),
            ..TemplateForm::default()
        }
    }

    fn wrong(typed: &TemplateForm) -> Vec<String> {
        let wrong = typed.draft(Words::new(Language::En), "").unwrap_err();
        wrong.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn whatsapp_wants_an_example_for_each_marker() {
        let words = Words::new(Language::En);
        let draft =
            typed("waba", "Hi {{contact.name}} {{lead.id}}", "{{contact.name}} = Ann\n{{lead.id}}=7\n{{other}} = x")
                .draft(words, "");
        let examples = draft.unwrap().examples;
        assert_eq!(
            examples.into_iter().collect::<Vec<_>>(),
            [("{{contact.name}}".into(), "Ann".into()), ("{{lead.id}}".into(), "7".into())]
        );
        assert_eq!(wrong(&typed("waba", "Hi {{contact.name}}", "{{contact.name}} =")), ["examples"]);
        assert!(typed("plain", "Hi {{contact.name}}", "").draft(words, "").is_ok());
        assert_eq!(wrong(&typed("plain", "Hi {{contact.name", "")), ["text"]);
    }

    #[test]
    fn an_unknown_marker_is_named_unless_it_was_there_before() {
        let words = Words::new(Language::En);
        for (text, unknown) in [("Hi {{first}}", "{{first}}"), ("Hi {{contact.name}} {{Lead.id}}", "{{Lead.id}}")] {
            let wrong = typed("plain", text, "").draft(words, "").unwrap_err();
            assert_eq!(wrong[0].0, "text");
            assert!(wrong[0].1.contains(unknown) && wrong[0].1.contains("{{contact.name}}"), "{wrong:?}");
        }
        assert!(typed("plain", "Hi {{contact.cf.123}} {{ lead.name }} {{name}} {{rand}}", "").draft(words, "").is_ok());
        assert!(typed("plain", "Hello {{first}}", "").draft(words, "Hi {{first}}").is_ok(), "amoCRM has it already");
        let mut header = typed("plain", "Hi", "");
        header.header = "{{order}}".into();
        assert_eq!(wrong(&header), ["header"]);
    }

    #[test]
    fn missing_and_overlong_values_are_reported_at_their_fields() {
        let mut empty = typed("waba", "", "");
        (empty.name, empty.language, empty.header) = (String::new(), String::new(), "x".repeat(61));
        empty.buttons = vec![ShownButton { text: String::new(), url: "https://a.example".into() }];
        assert_eq!(wrong(&empty), ["name", "text", "language", "header", "button_text"]);
        let mut address = typed("plain", "Hi", "");
        address.buttons = vec![ShownButton { text: "Go".into(), url: "javascript:alert(1)".into() }];
        assert_eq!(wrong(&address), ["button_text"]);
        assert_eq!(typed("plain", "Hi", "").rows().len(), 3);
    }
}
