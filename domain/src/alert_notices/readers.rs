//! Who gets an account's alerts, and on which channel: by default owners and administrators, not viewers; each may
//! choose. The vendor's alerts go to operators.

use base::store::VENDOR;
use entity::alert_reader::{self, Column};
use entity::{alert_chat, alert_device, member, person};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::notice::Channel;
use super::push;
use crate::alert_notices::AlertNoticeContext;
use crate::identity::MemberRole;
use crate::identity::member::{self as members, MemberStatus};

/// A person's choice for one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    pub on: bool,
    /// Kinds that are not sent.
    pub without: Vec<String>,
    /// A proved address; empty: the person's own, if that is proved. Only for e-mails.
    pub email: String,
}

impl Preference {
    /// The default of a role.
    fn usual(role: MemberRole) -> Self {
        Self { on: role != MemberRole::Viewer, without: Vec::new(), email: String::new() }
    }

    /// The choice in a stored row, else the role's default.
    fn of(row: Option<&alert_reader::Model>, role: MemberRole) -> Self {
        row.map_or_else(
            || Self::usual(role),
            |row| Self {
                on: row.wants_letters,
                without: serde_json::from_str(&row.without).unwrap_or_default(),
                email: row.email.clone(),
            },
        )
    }

    /// Whether this kind is sent.
    pub fn wants(&self, kind: &str) -> bool {
        self.on && !self.without.iter().any(|without| without == kind)
    }
}

/// A person who may get alerts, with their choices.
#[derive(Clone, Debug)]
pub struct Reader {
    pub person: person::Model,
    pub role: MemberRole,
    pub email: Preference,
    pub chat: Preference,
    pub push: Preference,
    /// The chat with the vendor's bot, or the code that links one.
    pub linked: Option<alert_chat::Model>,
    /// The browsers that show notifications.
    pub devices: Vec<alert_device::Model>,
}

impl Reader {
    /// The e-mail address; empty if there is none, or if nobody has shown that they read it: alerts contain texts of the
    /// account, and an account may name anybody's address.
    pub fn address(&self) -> &str {
        if self.email.email.is_empty() { self.own_address() } else { &self.email.email }
    }

    /// The person's own e-mail, if it is proved. An operator's was entered by the vendor.
    pub fn own_address(&self) -> &str {
        if self.person.proved_at.is_some() || self.person.is_operator { &self.person.email } else { "" }
    }

    /// The chat to which notices go; none if none is linked or it refuses them.
    pub fn open_chat(&self) -> Option<i64> {
        self.linked.as_ref().filter(|row| row.chat_id != 0 && row.trouble.is_empty()).map(|row| row.chat_id)
    }

    /// The choice for a channel.
    pub const fn preference(&self, channel: Channel) -> &Preference {
        match channel {
            Channel::Chat => &self.chat,
            Channel::Push => &self.push,
            Channel::Email | Channel::Webhook => &self.email,
        }
    }

    /// Whether the channel leads to the person at all.
    pub fn is_reached_by(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => !self.address().is_empty(),
            Channel::Chat => self.open_chat().is_some(),
            Channel::Push => !self.devices.is_empty(),
            Channel::Webhook => false,
        }
    }

    /// Whether they get this kind there.
    pub fn wants(&self, channel: Channel, kind: &str) -> bool {
        self.is_reached_by(channel) && self.preference(channel).wants(kind)
    }
}

/// Everyone who may get an account's alerts, or the vendor's.
pub async fn all(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<Reader>, DbErr> {
    let people = people(db, tenant_id).await?;
    let chosen = alert_reader::Entity::of_tenant(tenant_id).all(db).await?;
    let ids = people.iter().map(|(person, _)| person.id);
    let browsers = push::devices_of(db, ids.clone()).await?;
    let chats = alert_chat::Entity::of_tenant(VENDOR).filter(alert_chat::Column::PersonId.is_in(ids)).all(db).await?;
    let reader = |(person, role): (person::Model, MemberRole)| {
        let of = |channel: Channel| {
            let row = chosen.iter().find(|row| row.person_id == person.id && row.channel == channel.as_str());
            Preference::of(row, role)
        };
        let linked = chats.iter().find(|row| row.person_id == person.id).cloned();
        let devices = browsers.iter().filter(|row| row.person_id == person.id).cloned().collect();
        let (email, chat, push) = (of(Channel::Email), of(Channel::Chat), of(Channel::Push));
        Reader { email, chat, push, linked, devices, person, role }
    };
    Ok(people.into_iter().map(reader).collect())
}

async fn people(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<(person::Model, MemberRole)>, DbErr> {
    if tenant_id == VENDOR {
        let operators = person::Entity::of_tenant(VENDOR)
            .filter(person::Column::IsOperator.eq(true))
            .filter(person::Column::DisabledAt.is_null())
            .order_by_asc(person::Column::Id)
            .limit(100);
        return Ok(operators.all(db).await?.into_iter().map(|person| (person, MemberRole::Owner)).collect());
    }
    let there = |(row, person): (member::Model, person::Model)| {
        let active = members::standing(&row) == MemberStatus::Active && person.disabled_at.is_none();
        active.then(|| (person, MemberRole::parse(&row.role).unwrap_or(MemberRole::Viewer)))
    };
    Ok(members::all(db, tenant_id).await?.into_iter().filter_map(there).collect())
}

/// One of them; `None` if not an active member.
pub async fn one(db: &impl ConnectionTrait, tenant_id: Uuid, person_id: Uuid) -> Result<Option<Reader>, DbErr> {
    Ok(all(db, tenant_id).await?.into_iter().find(|reader| reader.person.id == person_id))
}

/// Stores a person's choice for a channel.
pub async fn choose(
    app: &AlertNoticeContext,
    db: &impl ConnectionTrait,
    (tenant_id, person_id): (Uuid, Uuid),
    channel: Channel,
    choice: &Preference,
) -> Result<(), DbErr> {
    let row = alert_reader::Model {
        tenant_id,
        person_id,
        channel: channel.as_str().to_owned(),
        wants_letters: choice.on,
        without: serde_json::json!(choice.without).to_string(),
        email: choice.email.clone(),
        updated_at: app.clock.millis(),
    };
    alert_reader::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::PersonId, Column::Channel])
                .update_columns([Column::WantsLetters, Column::Without, Column::Email, Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
