//! The vendor's notes about an account: the account sees neither them nor, in its log, that they were written.

use actix_web::web;
use base::error::{Error, Result};
use domain::identity::{EmptyForm, Form};
use entity::account_note::{self, Column, Model};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{address, load};
use crate::admin::operator::Operator;
use crate::panel::{Answer, AppData, Notice, PanelContext};

/// Longest note, in characters.
pub(super) const LONGEST: usize = 2000;
/// Notes of an account; the oldest has to be deleted before another one is added.
const MOST: u64 = 200;

/// The text of a new note.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    text: String,
}

/// The notes of an account, the newest first.
pub(super) async fn of(app: &PanelContext, tenant_id: Uuid) -> Result<Vec<Model>, DbErr> {
    account_note::Entity::of_tenant(tenant_id).order_by_desc(Column::Id).limit(MOST).all(app.store.read()).await
}

/// Adds a note.
pub async fn add(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<NoteForm>) -> Answer {
    load(&app, *id).await?;
    let text = form.0.text.replace('\0', "").trim().to_owned();
    let notes = of(&app, *id).await?.len();
    let fits = (1..=LONGEST).contains(&text.chars().count()) && u64::try_from(notes).is_ok_and(|notes| notes < MOST);
    if !fits {
        let wrong = visitor.words.text("admin-note-wrong").with("longest", LONGEST).with("most", MOST);
        return visitor.see_other(&app, &place(*id), Notice::failed(wrong)).await;
    }
    let row = Model {
        tenant_id: *id,
        id: app.clock.uuid_v7(),
        author: visitor.name.clone(),
        text,
        created_at: app.clock.millis(),
    };
    let (object, detail) = (id.to_string(), json!({ "note": row.id }));
    let tx = app.store.write_tx().await?;
    account_note::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
    visitor.audit(&app, &tx, "account.note_added", &object, detail).await?;
    tx.commit().await?;
    visitor.see_other(&app, &place(*id), Notice::done(visitor.words.text("common-saved"))).await
}

/// Deletes a note.
pub async fn delete(
    app: AppData,
    Operator(visitor): Operator,
    ids: web::Path<(Uuid, Uuid)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let (tenant_id, id) = *ids;
    let tx = app.store.write_tx().await?;
    let gone = account_note::Entity::delete_many()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Id.eq(id))
        .exec(&tx)
        .await?;
    if gone.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    let object = tenant_id.to_string();
    visitor.audit(&app, &tx, "account.note_deleted", &object, json!({ "note": id })).await?;
    tx.commit().await?;
    visitor.see_other(&app, &place(tenant_id), Notice::done(visitor.words.text("admin-note-deleted"))).await
}

fn place(tenant_id: Uuid) -> String {
    format!("{}#notes", address(tenant_id))
}
