//! What the rows of an account's log are about: the name of each object where it is known, and its page.

use std::collections::{BTreeSet, HashMap};

use base::error::Result;
use base::message::Person;
use domain::delivery::read::chats::{self, ConversationFilter};
use domain::identity::member;
use domain::template;
use entity::{api_key, audit, import as imports, source, tenant};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::{worded, worded_for};
use crate::panel::{PageContext, PanelContext, Right, import, named, reasons};

/// What a row is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditObject {
    pub text: String,
    /// A page of the panel, or of the admin; empty if there is none.
    pub href: String,
}

impl AuditObject {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: String::new() }
    }

    fn at(href: impl Into<String>, text: impl ToString) -> Self {
        Self { text: text.to_string(), href: href.into() }
    }
}

/// Names for ids, each with its page.
pub(super) struct Names<'page> {
    page: &'page PageContext,
    known: HashMap<String, AuditObject>,
}

impl<'page> Names<'page> {
    /// One statement for each kind of object.
    pub async fn read(
        app: &PanelContext,
        page: &'page PageContext,
        tenant: &tenant::Model,
        rows: &[(audit::Model, Value)],
    ) -> Result<Self> {
        let (db, tenant_id) = (app.store.read(), tenant.tenant_id);
        let mut known = HashMap::new();
        let mut knows = |id: String, object: AuditObject| {
            known.insert(id, object);
        };
        for row in source::Entity::of_tenant(tenant_id).all(db).await? {
            knows(row.id.to_string(), AuditObject::at(format!("/panel/sources/{}", row.id), row.name));
        }
        for (_, person) in member::all(db, tenant_id).await? {
            knows(person.id.to_string(), AuditObject::at("/panel/team", named(&person)));
        }
        let ids = ids_of(rows, "key");
        if !ids.is_empty() {
            let keys = api_key::Entity::of_tenant(tenant_id).filter(api_key::Column::Id.is_in(ids));
            for row in keys.all(db).await? {
                knows(row.id.to_string(), AuditObject::plain(row.name));
            }
        }
        let ids = ids_of(rows, "import");
        if !ids.is_empty() {
            let imports = imports::Entity::of_tenant(tenant_id).filter(imports::Column::Id.is_in(ids));
            for row in imports.all(db).await? {
                let href = linked(page, Right::Import, &format!("/panel/import/{}", row.id));
                knows(row.id.to_string(), AuditObject::at(href, import::origin(page, &row)));
            }
        }
        let has_templates = rows.iter().any(|(row, _)| kind_of(row) == "template");
        let templates = if has_templates { template::known(&app.sources, tenant_id).await? } else { None };
        for one in templates.into_iter().flat_map(|known| known.items) {
            knows(one.id.to_string(), AuditObject::at(format!("/panel/templates/{}", one.id), one.name));
        }
        let ids = ids_of(rows, "customer");
        if !ids.is_empty() {
            let most = u64::try_from(ids.len()).unwrap_or_default();
            let wanted = ConversationFilter { source_id: None, ids: Some(ids.into_iter().collect()) };
            for row in chats::page(db, tenant_id, &wanted, None, most).await? {
                let person: Person = serde_json::from_str(&row.contact).unwrap_or_default();
                let known = Some(row.contact_name).filter(|name| !name.is_empty());
                let name = known.unwrap_or_else(|| reasons::customer(&person, page.words));
                knows(row.id.to_string(), AuditObject::at(format!("/panel/customers/{}", row.id), name));
            }
        }
        for id in [tenant.tenant_id.to_string(), tenant.account_id.to_string()] {
            knows(id, AuditObject::at("/panel/account", &tenant.host));
        }
        Ok(Self { page, known })
    }

    /// The object of an action.
    pub fn object(&self, row: &audit::Model, detail: &Value) -> AuditObject {
        let (words, object) = (self.page.words, row.object.as_str());
        let name = detail.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let id = Uuid::try_parse(object).ok();
        // What it is called now, else as the action called it.
        let title = self.known.get(object).map(|known| known.text.as_str()).or(name).unwrap_or(object);
        match (kind_of(row), id) {
            _ if object.is_empty() => AuditObject::default(),
            ("key", _) => AuditObject::at(linked(self.page, Right::ManageKeys, "/panel/keys"), title),
            ("webhook", Some(id)) if self.known.contains_key(object) => {
                AuditObject::at(linked(self.page, Right::ManageKeys, &format!("/panel/webhooks/{id}")), title)
            }
            ("routes", _) => {
                AuditObject::at("/panel/routing/versions", words.text("routing-version").with("number", object))
            }
            ("message" | "text", Some(id)) => {
                AuditObject::at(format!("/panel/messages/{id}"), words.text("audit-object-message"))
            }
            ("sale", _) if row.action == "sale.resent" => {
                AuditObject::at("/panel/sales", words.text("audit-object-lead").with("number", object))
            }
            ("sale", _) => AuditObject::at("/panel/sales", worded(words, "sale-target-", object)),
            ("report", _) => AuditObject::at("/panel/reports", worded(words, "reports-file-", object)),
            ("member", None) => AuditObject::at("/panel/team", object),
            ("alert", None) if matches!(row.action.as_str(), "alert.taken" | "alert.muted") => {
                let kind = object.split(':').next().unwrap_or_default();
                AuditObject::at("/panel/alerts", worded_for(words, self.page.crm, "alert-kind-", kind))
            }
            _ => match self.known.get(object) {
                Some(known) => known.clone(),
                None if object == row.actor_id => AuditObject::plain(&row.actor_name),
                None => AuditObject::plain(title),
            },
        }
    }
}

/// A page's address, for readers who may open it.
fn linked(page: &PageContext, right: Right, href: &str) -> String {
    if page.may(right) { href.to_owned() } else { String::new() }
}

/// The ids of the objects of this kind.
fn ids_of(rows: &[(audit::Model, Value)], kind: &str) -> BTreeSet<Uuid> {
    let rows = rows.iter().filter(|(row, _)| kind_of(row) == kind);
    rows.filter_map(|(row, _)| Uuid::try_parse(&row.object).ok()).collect()
}

/// What kind of object an action is about: the first word of its name.
fn kind_of(row: &audit::Model) -> &str {
    row.action.split('.').next().unwrap_or_default()
}
