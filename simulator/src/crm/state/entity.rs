//! What the CRM stores, kind by kind. A kind is an [`Entity`], a table of its fields, links and hooks; REST, hooks and
//! pages read it, so another kind is another table.
//!
//! Fields are those of the pages below www.amocrm.ru/developers/content/crm_platform/: leads-api, contacts-api, companies-api,
//! customers-api, tasks-api, catalogs-api, events-and-notes, custom-fields, leads_pipelines, users-api, loss_reasons.

use serde_json::{Value, json};

/// A kind of cards.
#[derive(Debug)]
pub(crate) struct Entity {
    /// Its collections' addresses: `{}` is a number, `{cards}` one of [`CARDS`]. What precedes the last word is the card's
    /// parent.
    pub(crate) paths: &'static [&'static str],
    /// In `_embedded` and in hooks.
    pub(crate) name: &'static str,
    /// In codes of subscriptions and in types of events; empty: nobody is told.
    pub(crate) one: &'static str,
    /// Verbs of the collection, and of one card.
    pub(crate) verbs: [&'static str; 2],
    /// What requests may set.
    pub(crate) fields: &'static [(&'static str, Kind)],
    /// What a new card must have.
    pub(crate) required: &'static [&'static str],
    /// What answers show, as a new card has it.
    pub(crate) blank: fn() -> Value,
    /// The field that shows the number of the parent.
    pub(crate) parent: &'static str,
    /// Words of `with`, and what they embed.
    pub(crate) with: &'static [(&'static str, With)],
    /// Kinds that it can be linked to.
    pub(crate) links: &'static [&'static str],
    pub(crate) has: &'static [Has],
    /// Fields of hooks beside [`HOOK_NAMES`].
    pub(crate) hook: &'static [&'static str],
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    /// Any JSON.
    Any,
    /// An existing user.
    User,
    /// An existing pipeline.
    Pipeline,
    /// A stage of the card's pipeline.
    Step,
}

/// What a word of `with` adds to an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum With {
    /// A field that is shown only then.
    Field,
    /// Linked cards.
    Linked,
    Source,
    LossReason,
    /// Users with this role.
    Users,
    /// Not only then: the stages of a pipeline.
    Statuses,
}

/// What not every kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Has {
    CustomFields,
    Tags,
    /// Changes are answered with the whole card instead of its id.
    WholeAnswers,
    /// One that is not there is 404 instead of 204.
    NotFound,
    /// A collection shows the cards of all parents below its address.
    EveryParent,
    /// The id is a text, `{parent}_{number}`.
    TextId,
    /// A list shows all, and is never empty.
    NoPages,
}

impl Entity {
    pub(crate) fn has(&self, what: Has) -> bool {
        self.has.contains(&what)
    }
}

/// Kinds of cards with fields of their own, notes and files.
pub(crate) const CARDS: [&str; 4] = ["leads", "contacts", "companies", "customers"];

const OF_CARDS: [&str; 2] = ["GET POST PATCH", "GET PATCH"];
const OF_BOOKS: [&str; 2] = ["GET POST PATCH", "GET PATCH DELETE"];

/// What every kind has unless it says otherwise.
const PLAIN: Entity = Entity {
    paths: &[],
    name: "",
    one: "",
    verbs: OF_BOOKS,
    fields: &[],
    required: &[],
    blank: || json!({}),
    parent: "",
    with: &[],
    links: &[],
    has: &[Has::WholeAnswers, Has::NotFound],
    hook: &[],
};

/// Authors and times, as most kinds show them.
fn dated(mut shown: Value) -> Value {
    for key in ["created_by", "updated_by", "created_at", "updated_at"] {
        shown[key] = json!(0);
    }
    shown
}

pub(crate) const CONTACTS: Entity = Entity {
    paths: &["contacts"],
    name: "contacts",
    one: "contact",
    verbs: OF_CARDS,
    fields: &[
        ("name", Kind::Text),
        ("first_name", Kind::Text),
        ("last_name", Kind::Text),
        ("responsible_user_id", Kind::User),
        ("created_by", Kind::Number),
        ("created_at", Kind::Number),
    ],
    blank: || {
        dated(json!({
            "name": "", "first_name": "", "last_name": "", "responsible_user_id": 0, "group_id": 0, "closest_task_at": null,
            "is_deleted": false, "is_unsorted": false,
        }))
    },
    with: &[("leads", With::Linked), ("customers", With::Linked), ("catalog_elements", With::Linked)],
    links: &["leads", "companies", "customers", "catalog_elements"],
    has: &[Has::CustomFields, Has::Tags],
    hook: &["name", "responsible_user_id", "created_at", "updated_at"],
    ..PLAIN
};

pub(crate) const COMPANIES: Entity = Entity {
    paths: &["companies"],
    name: "companies",
    one: "company",
    fields: &[
        ("name", Kind::Text),
        ("responsible_user_id", Kind::User),
        ("created_by", Kind::Number),
        ("created_at", Kind::Number),
    ],
    blank: || {
        dated(json!({
            "name": "", "responsible_user_id": 0, "group_id": 0, "closest_task_at": null, "is_deleted": false,
        }))
    },
    with: &[
        ("contacts", With::Linked),
        ("leads", With::Linked),
        ("customers", With::Linked),
        ("catalog_elements", With::Linked),
    ],
    links: &["leads", "contacts", "customers", "catalog_elements"],
    ..CONTACTS
};

pub(crate) const LEADS: Entity = Entity {
    paths: &["leads"],
    name: "leads",
    one: "lead",
    fields: &[
        ("name", Kind::Text),
        ("price", Kind::Number),
        ("status_id", Kind::Step),
        ("pipeline_id", Kind::Pipeline),
        ("responsible_user_id", Kind::User),
        ("loss_reason_id", Kind::Number),
        ("created_by", Kind::Number),
        ("created_at", Kind::Number),
        ("closed_at", Kind::Number),
    ],
    blank: || {
        dated(json!({
            "name": "", "price": 0, "responsible_user_id": 0, "group_id": 0, "status_id": 0, "pipeline_id": 0,
            "loss_reason_id": null, "closed_at": null, "closest_task_at": null, "is_deleted": false, "score": null,
        }))
    },
    with: &[
        ("contacts", With::Linked),
        ("source", With::Source),
        ("source_id", With::Field),
        ("is_price_modified_by_robot", With::Field),
        ("loss_reason", With::LossReason),
        ("catalog_elements", With::Linked),
    ],
    links: &["contacts", "companies", "catalog_elements"],
    hook: &[
        "name",
        "status_id",
        "price",
        "responsible_user_id",
        "pipeline_id",
        "loss_reason_id",
        "created_at",
        "updated_at",
    ],
    ..CONTACTS
};

pub(crate) const CUSTOMERS: Entity = Entity {
    paths: &["customers"],
    name: "customers",
    one: "customer",
    verbs: OF_BOOKS,
    fields: &[
        ("name", Kind::Text),
        ("next_price", Kind::Number),
        ("next_date", Kind::Number),
        ("status_id", Kind::Number),
        ("periodicity", Kind::Number),
        ("responsible_user_id", Kind::User),
        ("created_by", Kind::Number),
        ("created_at", Kind::Number),
    ],
    blank: || {
        dated(json!({
            "name": "", "next_price": 0, "next_date": null, "responsible_user_id": 0, "group_id": 0, "status_id": null,
            "periodicity": 0, "is_deleted": false, "closest_task_at": null, "ltv": 0, "purchases_count": 0,
            "average_check": 0,
        }))
    },
    with: &[
        ("contacts", With::Linked),
        ("companies", With::Linked),
        ("segments", With::Linked),
        ("catalog_elements", With::Linked),
    ],
    links: &["contacts", "companies", "segments", "catalog_elements"],
    hook: &[
        "name",
        "responsible_user_id",
        "status_id",
        "next_price",
        "periodicity",
        "next_date",
        "created_at",
        "updated_at",
    ],
    ..CONTACTS
};

pub(crate) const TASKS: Entity = Entity {
    paths: &["tasks"],
    name: "tasks",
    one: "task",
    verbs: OF_CARDS,
    fields: &[
        ("text", Kind::Text),
        ("complete_till", Kind::Number),
        ("task_type_id", Kind::Number),
        ("entity_id", Kind::Number),
        ("entity_type", Kind::Text),
        ("duration", Kind::Number),
        ("is_completed", Kind::Flag),
        ("result", Kind::Any),
        ("responsible_user_id", Kind::User),
        ("created_by", Kind::Number),
        ("created_at", Kind::Number),
    ],
    required: &["text", "complete_till"],
    blank: || {
        dated(json!({
            "responsible_user_id": 0, "group_id": 0, "entity_id": null, "entity_type": null, "duration": 0,
            "is_completed": false, "task_type_id": 1, "text": "", "result": [], "complete_till": 0,
        }))
    },
    has: &[],
    hook: &["text", "responsible_user_id", "complete_till", "created_at", "updated_at"],
    ..PLAIN
};

/// Of every kind in [`CARDS`]; the parent is the card, the kind alone in the list of all.
pub(crate) const NOTES: Entity = Entity {
    paths: &["{cards}/notes", "{cards}/{}/notes"],
    name: "notes",
    verbs: OF_CARDS,
    fields: &[
        ("note_type", Kind::Text),
        ("params", Kind::Any),
        ("responsible_user_id", Kind::User),
        ("created_by", Kind::Number),
        ("created_at", Kind::Number),
        ("is_need_to_trigger_digital_pipeline", Kind::Flag),
    ],
    required: &["note_type"],
    blank: || dated(json!({"responsible_user_id": 0, "group_id": 0, "note_type": "common", "params": {}})),
    parent: "entity_id",
    has: &[Has::NotFound, Has::EveryParent],
    ..PLAIN
};

pub(crate) const CUSTOM_FIELDS: Entity = Entity {
    paths: &["{cards}/custom_fields", "catalogs/{}/custom_fields", "customers/segments/custom_fields"],
    name: "custom_fields",
    fields: &[
        ("name", Kind::Text),
        ("type", Kind::Text),
        ("code", Kind::Text),
        ("sort", Kind::Number),
        ("group_id", Kind::Text),
        ("is_api_only", Kind::Flag),
        ("is_visible", Kind::Flag),
        ("is_required", Kind::Flag),
        ("required_statuses", Kind::Any),
        ("hidden_statuses", Kind::Any),
        ("enums", Kind::Any),
        ("nested", Kind::Any),
        ("chained_lists", Kind::Any),
        ("settings", Kind::Any),
        ("currency", Kind::Text),
        ("remind", Kind::Text),
        ("search_in", Kind::Text),
        ("tracking_callback", Kind::Text),
    ],
    required: &["name", "type"],
    blank: || {
        json!({
            "name": "", "type": "", "code": null, "sort": 500, "group_id": null, "is_api_only": false, "is_visible": true,
            "is_required": false, "is_deletable": true, "is_predefined": false, "required_statuses": [],
            "hidden_statuses": [], "enums": null, "nested": null, "chained_lists": null, "settings": null,
            "currency": null, "remind": null, "search_in": null, "tracking_callback": null, "entity_type": "",
        })
    },
    ..PLAIN
};

pub(crate) const CUSTOM_FIELD_GROUPS: Entity = Entity {
    paths: &["{cards}/custom_fields/groups"],
    name: "custom_field_groups",
    verbs: ["GET POST", "GET PATCH DELETE"],
    fields: &[("name", Kind::Text), ("sort", Kind::Number), ("fields", Kind::Any)],
    required: &["name", "sort"],
    blank: || json!({"name": "", "sort": 0, "is_predefined": false, "type": "default", "entity_type": "", "fields": []}),
    has: &[Has::WholeAnswers, Has::NotFound, Has::TextId],
    ..PLAIN
};

pub(crate) const PIPELINES: Entity = Entity {
    paths: &["leads/pipelines"],
    name: "pipelines",
    verbs: ["GET POST", "GET PATCH DELETE"],
    fields: &[("name", Kind::Text), ("sort", Kind::Number), ("is_main", Kind::Flag), ("is_unsorted_on", Kind::Flag)],
    required: &["name"],
    blank: || json!({"name": "", "sort": 1, "is_main": false, "is_unsorted_on": true, "is_archive": false}),
    with: &[("statuses", With::Statuses)],
    has: &[Has::WholeAnswers, Has::NotFound, Has::NoPages],
    ..PLAIN
};

pub(crate) const STATUSES: Entity = Entity {
    paths: &["leads/pipelines/{}/statuses"],
    name: "statuses",
    verbs: ["GET POST", "GET PATCH DELETE"],
    fields: &[("name", Kind::Text), ("sort", Kind::Number), ("color", Kind::Text), ("descriptions", Kind::Any)],
    required: &["name", "sort"],
    blank: || json!({"name": "", "sort": 0, "is_editable": true, "color": "#99ccff", "type": 0}),
    parent: "pipeline_id",
    has: &[Has::WholeAnswers, Has::NotFound, Has::NoPages],
    ..PLAIN
};

pub(crate) const LOSS_REASONS: Entity = Entity {
    paths: &["leads/loss_reasons"],
    name: "loss_reasons",
    verbs: ["GET POST", "GET PATCH DELETE"],
    fields: &[("name", Kind::Text), ("sort", Kind::Number)],
    required: &["name"],
    blank: || json!({"name": "", "sort": 0, "created_at": 0, "updated_at": 0}),
    ..PLAIN
};

pub(crate) const CATALOGS: Entity = Entity {
    paths: &["catalogs"],
    name: "catalogs",
    verbs: OF_CARDS,
    fields: &[
        ("name", Kind::Text),
        ("type", Kind::Text),
        ("sort", Kind::Number),
        ("can_add_elements", Kind::Flag),
        ("can_show_in_cards", Kind::Flag),
        ("can_link_multiple", Kind::Flag),
    ],
    required: &["name"],
    blank: || {
        dated(json!({
            "name": "", "sort": 0, "type": "regular", "can_add_elements": true, "can_show_in_cards": false,
            "can_link_multiple": true, "can_be_deleted": true, "sdk_widget_code": null,
        }))
    },
    ..PLAIN
};

pub(crate) const CATALOG_ELEMENTS: Entity = Entity {
    paths: &["catalogs/{}/elements"],
    name: "elements",
    verbs: OF_CARDS,
    fields: &[("name", Kind::Text), ("created_at", Kind::Number)],
    required: &["name"],
    blank: || dated(json!({"name": "", "is_deleted": false, "currency_id": null})),
    parent: "catalog_id",
    with: &[("invoice_link", With::Field)],
    links: &["leads", "contacts", "companies", "customers"],
    has: &[Has::WholeAnswers, Has::NotFound, Has::CustomFields],
    ..PLAIN
};

pub(crate) const SEGMENTS: Entity = Entity {
    paths: &["customers/segments"],
    name: "segments",
    fields: &[("name", Kind::Text), ("color", Kind::Text), ("available_products_price_types", Kind::Any)],
    required: &["name"],
    blank: || {
        json!({
            "name": "", "color": "10599d", "available_products_price_types": [], "customers_count": 0, "created_at": 0,
            "updated_at": 0,
        })
    },
    has: &[Has::WholeAnswers, Has::NotFound, Has::CustomFields],
    ..PLAIN
};

pub(crate) const CUSTOMER_STATUSES: Entity = Entity {
    paths: &["customers/statuses"],
    name: "statuses",
    fields: &[("name", Kind::Text), ("sort", Kind::Number), ("color", Kind::Text)],
    required: &["name"],
    blank: || json!({"name": "", "sort": 0, "is_default": false, "type": 0, "color": "#99ccff", "conditions": []}),
    ..PLAIN
};

pub(crate) const TRANSACTIONS: Entity = Entity {
    paths: &["customers/transactions", "customers/{}/transactions"],
    name: "transactions",
    verbs: ["GET POST", "GET DELETE"],
    fields: &[("price", Kind::Number), ("comment", Kind::Text), ("completed_at", Kind::Number)],
    required: &["price"],
    blank: || dated(json!({"price": 0, "comment": null, "completed_at": 0, "is_deleted": false})),
    parent: "customer_id",
    has: &[Has::WholeAnswers, Has::NotFound, Has::EveryParent],
    ..PLAIN
};

pub(crate) const ROLES: Entity = Entity {
    paths: &["roles"],
    name: "roles",
    verbs: ["GET POST", "GET PATCH DELETE"],
    fields: &[("name", Kind::Text), ("rights", Kind::Any)],
    required: &["name"],
    blank: || json!({"name": "", "rights": {}}),
    with: &[("users", With::Users)],
    ..PLAIN
};

/// Of files that are attached to cards.
pub(crate) const CARD_FILES: Entity = Entity {
    paths: &["{cards}/{}/files"],
    name: "files",
    verbs: ["GET PUT DELETE", ""],
    fields: &[("file_uuid", Kind::Text)],
    required: &["file_uuid"],
    blank: || json!({"file_uuid": ""}),
    ..PLAIN
};

pub(crate) const ENTITIES: [&Entity; 17] = [
    &CONTACTS,
    &COMPANIES,
    &LEADS,
    &CUSTOMERS,
    &TASKS,
    &NOTES,
    &CUSTOM_FIELDS,
    &CUSTOM_FIELD_GROUPS,
    &PIPELINES,
    &STATUSES,
    &LOSS_REASONS,
    &CATALOGS,
    &CATALOG_ELEMENTS,
    &SEGMENTS,
    &CUSTOMER_STATUSES,
    &TRANSACTIONS,
    &ROLES,
];

/// Fields that hooks have under other names as well.
pub(crate) const HOOK_NAMES: [(&str, &str); 4] = [
    ("date_create", "created_at"),
    ("last_modified", "updated_at"),
    ("created_user_id", "created_by"),
    ("modified_user_id", "updated_by"),
];

/// The kind of this name, as links and paths name it.
pub(crate) fn entity(name: &str) -> Option<&'static Entity> {
    match name {
        "catalog_elements" => Some(&CATALOG_ELEMENTS),
        _ => ENTITIES.into_iter().find(|entity| entity.paths.contains(&name) || entity.name == name),
    }
}

/// Predefined fields of new accounts: where, `field_code`s, the name on the card (empty: the code in small letters), type,
/// and codes of the values.
pub(crate) struct Predefined {
    pub(crate) parent: &'static str,
    pub(crate) codes: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) enums: &'static str,
    /// The number of the first field; further ones, and values, have the following.
    pub(crate) first: i64,
}

const fn field(
    parent: &'static str,
    codes: &'static str,
    name: &'static str,
    kind: &'static str,
    enums: &'static str,
    first: i64,
) -> Predefined {
    Predefined { parent, codes, name, kind, enums, first }
}

const PHONES: &str = "WORK WORKDD MOB FAX HOME OTHER";

pub(crate) const PREDEFINED: [Predefined; 18] = [
    field("contacts", "PHONE", "Phone", "multitext", PHONES, 220),
    field("contacts", "EMAIL", "Email", "multitext", "WORK PRIV OTHER", 240),
    field("contacts", "POSITION", "Position", "text", "", 260),
    field("companies", "PHONE", "Phone", "multitext", PHONES, 300),
    field("companies", "EMAIL", "Email", "multitext", "WORK PRIV OTHER", 320),
    field("companies", "WEB", "Web", "url", "", 340),
    field("companies", "ADDRESS", "Address", "textarea", "", 360),
    // Where a lead came from.
    field(
        "leads",
        "UTM_CONTENT UTM_MEDIUM UTM_CAMPAIGN UTM_SOURCE UTM_TERM UTM_REFERRER ROISTAT REFERRER OPENSTAT_SERVICE \
         OPENSTAT_CAMPAIGN OPENSTAT_AD OPENSTAT_SOURCE FROM GCLIENTID _YM_UID _YM_COUNTER GCLID YCLID FBCLID",
        "",
        "tracking_data",
        "",
        401,
    ),
    field("invoices", "BILL_STATUS", "Status", "select", "created paid partially_paid paid_in_advance", 500),
    field("invoices", "LEGAL_ENTITY", "Legal entity", "legal_entity", "", 510),
    field("invoices", "SUPPLIER", "Supplier", "supplier", "", 511),
    field("invoices", "PAYER", "Payer", "payer", "", 512),
    field("invoices", "ITEMS", "Items", "items", "", 513),
    field("invoices", "BILL_VAT_TYPE", "VAT", "select", "vat_exempt vat_included vat_not_included", 520),
    field("invoices", "BILL_COMMENT", "Comment", "textarea", "", 514),
    field("invoices", "BILL_PRICE", "Price", "numeric", "", 515),
    field("invoices", "BILL_PAYMENT_DATE", "Paid at", "date_time", "", 516),
    field("products", "SKU", "SKU", "text", "", 530),
];
