//! The recipients of e-mails about an account's alerts: by default owners and administrators, not viewers; each may
//! choose. The vendor's alerts go to operators.

use base::store::VENDOR;
use entity::alert_reader::{self, Column};
use entity::{member, person};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::alert_emails::AlertEmailContext;
use crate::identity::MemberRole;
use crate::identity::member::{self as members, MemberStatus};

/// A person's choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailPreference {
    pub letters: bool,
    /// Kinds not to be mailed.
    pub without: Vec<String>,
    /// A proved address; empty: the person's own.
    pub email: String,
}

impl EmailPreference {
    /// The default of a role.
    fn usual(role: MemberRole) -> Self {
        Self { letters: role != MemberRole::Viewer, without: Vec::new(), email: String::new() }
    }

    /// The choice in a stored row, else the role's default.
    fn of(row: Option<&alert_reader::Model>, role: MemberRole) -> Self {
        row.map_or_else(
            || Self::usual(role),
            |row| Self {
                letters: row.wants_letters,
                without: serde_json::from_str(&row.without).unwrap_or_default(),
                email: row.email.clone(),
            },
        )
    }
}

/// A person who may get e-mails, with their choice.
#[derive(Clone, Debug)]
pub struct EmailReader {
    pub person: person::Model,
    pub role: MemberRole,
    pub choice: EmailPreference,
}

impl EmailReader {
    /// The recipient's address; empty if there is none.
    pub fn address(&self) -> &str {
        if self.choice.email.is_empty() { &self.person.email } else { &self.choice.email }
    }

    /// Whether they want e-mails about this kind.
    pub fn wants(&self, kind: &str) -> bool {
        self.choice.letters && !self.address().is_empty() && !self.choice.without.iter().any(|without| without == kind)
    }
}

/// Everyone who may get e-mails of an account, or of the vendor.
pub async fn all(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<EmailReader>, DbErr> {
    let chosen = alert_reader::Entity::of_tenant(tenant_id).all(db).await?;
    let reader = |person: person::Model, role: MemberRole| {
        let row = chosen.iter().find(|row| row.person_id == person.id);
        EmailReader { choice: EmailPreference::of(row, role), person, role }
    };
    if tenant_id == VENDOR {
        let operators = person::Entity::of_tenant(VENDOR)
            .filter(person::Column::IsOperator.eq(true))
            .filter(person::Column::DisabledAt.is_null())
            .order_by_asc(person::Column::Id)
            .limit(100);
        return Ok(operators.all(db).await?.into_iter().map(|person| reader(person, MemberRole::Owner)).collect());
    }
    let members = members::all(db, tenant_id).await?;
    let there = |(row, person): (member::Model, person::Model)| {
        let active = members::standing(&row) == MemberStatus::Active && person.disabled_at.is_none();
        active.then(|| reader(person, MemberRole::of(&row.role).unwrap_or(MemberRole::Viewer)))
    };
    Ok(members.into_iter().filter_map(there).collect())
}

/// One of them; `None` if not an active member.
pub async fn one(db: &impl ConnectionTrait, tenant_id: Uuid, person_id: Uuid) -> Result<Option<EmailReader>, DbErr> {
    Ok(all(db, tenant_id).await?.into_iter().find(|reader| reader.person.id == person_id))
}

/// Stores a person's choice.
pub async fn choose(
    app: &AlertEmailContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    person_id: Uuid,
    choice: &EmailPreference,
) -> Result<(), DbErr> {
    let row = alert_reader::Model {
        tenant_id,
        person_id,
        wants_letters: choice.letters,
        without: serde_json::json!(choice.without).to_string(),
        email: choice.email.clone(),
        updated_at: app.clock.millis(),
    };
    alert_reader::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::PersonId])
                .update_columns([Column::WantsLetters, Column::Without, Column::Email, Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
