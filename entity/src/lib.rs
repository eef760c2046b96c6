//! sea-orm entities: a module of each table, in files by topic. Times are BIGINT milliseconds since 1970; JSON is stored as
//! text.
//!
//! Small closed sets are stored as SMALLINT; their meaning is in `base::message` and `queue::accept_batch`.

use sea_orm::sea_query::IntoValueTuple;
use sea_orm::{ColumnTrait, EntityTrait, Iterable, PrimaryKeyToColumn, PrimaryKeyTrait, QueryFilter, UpdateMany};

/// Tables whose rows belong to tenants, of each a module with its entity: in parentheses its primary key, then the other
/// columns, then what else is in the module. What types the columns have in the database is said by the migrations.
macro_rules! tables {
    ($($(#[$about:meta])* $table:ident($($(#[$about_key:meta])* $key:ident: $key_type:ty),+ $(,)?) {
        $($(#[$about_column:meta])* pub $column:ident: $type:ty),* $(,)?
    } $(, with { $($item:item)* })?)+) => {$(
        $(#[$about])*
        pub mod $table {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            pub struct Model {
                $($(#[$about_key])* #[sea_orm(primary_key, auto_increment = false)] pub $key: $key_type,)+
                $($(#[$about_column])* pub $column: $type,)*
            }

            entity!($table);

            impl Entity {
                /// Every select starts here: the rows of one tenant.
                pub fn of_tenant(tenant_id: Uuid) -> Select<Self> {
                    Self::find().filter(Column::TenantId.eq(tenant_id))
                }

                /// Every change of several rows starts here.
                pub fn update_of(tenant_id: Uuid) -> sea_orm::UpdateMany<Self> {
                    Self::update_many().filter(Column::TenantId.eq(tenant_id))
                }

                /// Every removal of several rows starts here.
                pub fn delete_of(tenant_id: Uuid) -> sea_orm::DeleteMany<Self> {
                    Self::delete_many().filter(Column::TenantId.eq(tenant_id))
                }
            }

            $($($item)*)?
        }
    )+};
}

/// What sea-orm requires of every entity beside its model.
macro_rules! entity {
    ($table:ident) => {
        #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
        pub struct Entity;

        impl EntityName for Entity {
            fn table_name(&self) -> &'static str {
                stringify!($table)
            }
        }

        /// None: rows are joined by hand, always within a tenant.
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        impl Entity {
            /// Changes one row, by the key by which `find_by_id` finds it.
            pub fn update_by_id(key: <PrimaryKey as PrimaryKeyTrait>::ValueType) -> ::sea_orm::UpdateMany<Self> {
                crate::update_by_id(key)
            }
        }
    };
}

fn update_by_id<E: EntityTrait>(key: <E::PrimaryKey as PrimaryKeyTrait>::ValueType) -> UpdateMany<E> {
    let columns = E::PrimaryKey::iter().map(|column| column.into_column());
    let of_key = columns.zip(key.into_value_tuple()).map(|(column, value)| column.eq(value));
    of_key.fold(E::update_many(), QueryFilter::filter)
}

mod accounts;
mod alerts;
#[cfg(feature = "fixture")]
pub mod fixture;
mod history;
mod messages;
mod people;
mod queue;
mod routes;
mod sales;
mod sources;
mod vendor;

pub use accounts::*;
pub use alerts::*;
pub use history::*;
pub use messages::*;
pub use people::*;
pub use queue::*;
pub use routes::*;
pub use sales::*;
pub use sources::*;
pub use vendor::*;

/// When an id of ours was generated, in milliseconds since 1970.
pub fn made_at(id: sea_orm::prelude::Uuid) -> i64 {
    let (seconds, nanos) = id.get_timestamp().map(|at| at.to_unix()).unwrap_or_default();
    i64::try_from(seconds.saturating_mul(1000).saturating_add(u64::from(nanos / 1_000_000))).unwrap_or_default()
}
