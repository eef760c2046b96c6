//! Names and links for the ids in rows of the audit log: accounts, people, sources.

use std::collections::{BTreeSet, HashMap};

use base::i18n::Words;
use base::store::VENDOR;
use entity::{audit, person, source};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use crate::admin::accounts::find;
use crate::panel::{AuditObject, PanelContext, named};

/// The names of what a page of rows is about.
#[derive(Default)]
pub(super) struct Names {
    hosts: HashMap<Uuid, String>,
    people: HashMap<Uuid, (String, bool)>,
    sources: HashMap<Uuid, (String, Uuid)>,
}

/// The account that a row is about, if any.
pub(super) fn account(row: &audit::Model, detail: &Value) -> Option<Uuid> {
    if row.tenant_id != VENDOR {
        return Some(row.tenant_id);
    }
    let object = || row.action.starts_with("account.").then(|| Uuid::try_parse(&row.object).ok())?;
    detail.get("tenant_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok()).or_else(object)
}

impl Names {
    /// Three statements for all rows.
    pub async fn read(app: &PanelContext, rows: &[(audit::Model, Value)]) -> Result<Self, DbErr> {
        let objects: BTreeSet<Uuid> = rows.iter().filter_map(|(row, _)| Uuid::try_parse(&row.object).ok()).collect();
        let accounts: BTreeSet<Uuid> = rows.iter().filter_map(|(row, detail)| account(row, detail)).collect();
        let accounts: Vec<Uuid> = accounts.into_iter().collect();
        let db = app.store.read();
        let mut names = Self::default();
        if !accounts.is_empty() {
            let found = find::by_ids(db, &accounts).await?;
            names.hosts = found.into_iter().map(|tenant| (tenant.tenant_id, tenant.host)).collect();
        }
        if objects.is_empty() {
            return Ok(names);
        }
        let people = person::Entity::of_tenant(VENDOR).filter(person::Column::Id.is_in(objects.iter().copied()));
        let people = people.all(db).await?.into_iter();
        names.people = people.map(|person| (person.id, (named(&person), person.is_operator))).collect();
        if !accounts.is_empty() {
            let sources = source::Entity::find().filter(source::Column::TenantId.is_in(accounts));
            let sources = sources.filter(source::Column::Id.is_in(objects)).all(db).await?.into_iter();
            names.sources = sources.map(|source| (source.id, (source.name, source.tenant_id))).collect();
        }
        Ok(names)
    }

    /// The account, by its address.
    pub fn host(&self, account: Uuid) -> AuditObject {
        let text = self.hosts.get(&account).cloned().unwrap_or_else(|| account.to_string());
        AuditObject { text, href: format!("/admin/accounts/{account}") }
    }

    /// What was changed; empty if that is the account itself, or nothing.
    pub fn object(&self, row: &audit::Model, detail: &Value, words: Words) -> AuditObject {
        let Ok(id) = Uuid::try_parse(&row.object) else { return AuditObject::plain(&row.object) };
        if account(row, detail) == Some(id) {
            return AuditObject::default();
        }
        if let Some((text, is_operator)) = self.people.get(&id) {
            let href = if *is_operator { "/admin/operators".to_owned() } else { String::new() };
            return AuditObject { text: text.clone(), href };
        }
        if let Some((text, tenant_id)) = self.sources.get(&id) {
            return AuditObject { text: text.clone(), href: format!("/admin/accounts/{tenant_id}") };
        }
        let named = detail.get("name").or_else(|| detail.get("kind")).and_then(Value::as_str);
        match row.action.split('.').next().unwrap_or_default() {
            "message" | "text" => AuditObject::plain(words.text("audit-object-message").to_string()),
            "vendor_event" => {
                AuditObject { text: named.unwrap_or(&row.object).to_owned(), href: format!("/admin/webhooks/{id}") }
            }
            // For a key, a template or an import, the name is in the details.
            _ => AuditObject::plain(named.unwrap_or(&row.object)),
        }
    }
}
