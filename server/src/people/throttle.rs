//! How often somebody may try: counted in the database, so all instances count together. Keys are hashes: the table
//! tells nobody's e-mail.

use std::net::IpAddr;

use entity::throttle::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::token;
use crate::app::App;
use crate::store::VENDOR;

/// The length of a window, milliseconds.
pub const WINDOW: i64 = 60_000;
const PER_LOGIN: i32 = 5;
const PER_ADDRESS: i32 = 20;

/// Too many tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Until the next one counts from the beginning.
    pub seconds: i64,
}

/// Counts a try at a door (`panel`, `admin`, `widget` …): at most 5 a minute a login and 20 a minute an address,
/// whether the login exists or not.
pub async fn login(app: &App, door: &str, login: &str, address: Option<IpAddr>) -> Result<Result<(), Wait>, DbErr> {
    let address = match address {
        Some(address) => count(app, &format!("address:{}", network_of(address)), PER_ADDRESS).await?,
        None => Ok(()),
    };
    if address.is_err() {
        return Ok(address);
    }
    count(app, &login_key(door, login), PER_LOGIN).await
}

/// Forgets a login's tries: it was right.
pub async fn forgive(app: &App, door: &str, login: &str) -> Result<(), DbErr> {
    throttle::Entity::delete_many()
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::Key.eq(login_key(door, login)))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Counts one try of a key of any kind; `Wait` once there are more than `limit` within a minute.
pub async fn count(app: &App, key: &str, limit: i32) -> Result<Result<(), Wait>, DbErr> {
    let now = app.clock.millis();
    let db = app.store.write();
    let old = || Expr::col((throttle::Entity, Column::WindowFrom)).lte(now - WINDOW);
    let row = throttle::Model { tenant_id: VENDOR, key: key.to_owned(), window_from: now, count: 1 };
    throttle::Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Key])
                .value(
                    Column::Count,
                    Expr::case(old(), Expr::value(1)).finally(Expr::col((throttle::Entity, Column::Count)).add(1)),
                )
                .value(
                    Column::WindowFrom,
                    Expr::case(old(), Expr::value(now)).finally(Expr::col((throttle::Entity, Column::WindowFrom))),
                )
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    let row = throttle::Entity::of_tenant(VENDOR).filter(Column::Key.eq(key)).one(db).await?;
    let over = row.filter(|row| row.count > limit);
    Ok(over.map_or(Ok(()), |row| Err(Wait { seconds: (row.window_from + WINDOW - now + 999) / 1000 })))
}

fn login_key(door: &str, login: &str) -> String {
    format!("login:{door}:{}", token::hash(&login.trim().to_lowercase()))
}

/// Somebody with IPv6 has a whole network to come from.
fn network_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inside) => inside.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_visitor() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }
}
