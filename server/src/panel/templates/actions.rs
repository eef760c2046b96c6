//! Administrators' actions on templates.

use actix_web::web;
use base::error::Result;
use serde_json::json;
use uuid::Uuid;

use super::form::{TemplateForm, Wrong};
use super::{id_of, one, trouble};
use crate::panel::PanelContext;
use crate::panel::{Answer, AppData, ConfirmPage, EmptyForm, Fields, Form, Member, Nav, Notice, Right, Tone};
use crate::template as templates;

/// `POST /panel/templates`
pub(super) async fn create(app: AppData, member: Member, form: Form<Fields>) -> Answer {
    member.require(Right::EditTemplates)?;
    let app = app.into_inner();
    let typed = TemplateForm::read(&form)?;
    if typed.is_of_whatsapp() && templates::sources(&app.sources, member.tenant_id).await?.is_empty() {
        let wrong = refused(member.words.text("said-template-no-source").to_string());
        return one::show(&app, &member, None, typed.for_any_messenger(), wrong).await;
    }
    let draft = match typed.draft(member.words, "") {
        Ok(draft) => draft,
        Err(wrong) => return one::show(&app, &member, None, typed, wrong).await,
    };
    // A form that was sent twice finds the template that the first request created.
    let key = Uuid::try_parse(&typed.key).unwrap_or_else(|_| app.clock.uuid_v7()).to_string();
    let made = match templates::create(&app.sources, member.tenant_id, &key, &draft).await {
        Ok(made) => made,
        Err(error) => {
            let wrong = refused(trouble(&member, error)?);
            return one::show(&app, &member, None, typed, wrong).await;
        }
    };
    note(&app, &member, "template.created", made.id, &made.name).await?;
    let notice = Notice::done(member.words.text("templates-saved").with("name", made.name));
    member.see_other(&app, &format!("/panel/templates/{}", made.id), notice).await
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
        Err(wrong) => return one::show(&app, &member, Some(template), typed, wrong).await,
    };
    let id = template.id;
    if let Err(error) = templates::change(&app.sources, tenant_id, id, &draft).await {
        let wrong = refused(trouble(&member, error)?);
        return one::show(&app, &member, Some(template), typed, wrong).await;
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
