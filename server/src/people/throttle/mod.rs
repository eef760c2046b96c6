//! How often somebody may try to get in, so that guessing is slow and nobody can lock out anybody else.
//!
//! ```text
//! a device that signed in before ──▶ its own budget
//! everybody else ──▶ budget of the address at this door ──▶ budget of (login, address)
//!                                                           smaller while the login is tried from many sides
//! ```
//!
//! No budget is a login's alone: tries of strangers never close a login for its owner, who comes from a known device
//! or from another address.

mod count;
mod origin;

use sea_orm::DbErr;

pub use count::{Limit, Memory, Wait, count, count_all};
pub use origin::Origin;

use super::{device, refused, token};
use crate::app::App;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Tries of one login from one address.
const PER_LOGIN: Limit = Limit { most: 5, window: MINUTE };
/// Tries of all logins from one address, at one door.
const PER_ADDRESS: Limit = Limit { most: 20, window: MINUTE };
/// Tries of one login from a device on which it signed in before.
const PER_DEVICE: Limit = Limit { most: 10, window: 10 * MINUTE };
/// More tries of a login than this, from all unknown devices together, and each address gets [`PRESSED`] alone.
const MANY: Limit = Limit { most: 30, window: HOUR };
/// Tries of a login that is tried from many sides, from one address.
const PRESSED: Limit = Limit { most: 3, window: 15 * MINUTE };
/// No counter runs longer; older rows are swept.
pub const LONGEST_WINDOW: i64 = HOUR;

/// Counts a try at a door (`panel`, `admin`, `code` …), whether the login exists or not. A known device has 10 tries in
/// 10 minutes of its own. Everybody else has 5 a minute for a login and an address and 20 a minute for an address at that
/// door; a login that was tried more than 30 times within an hour from unknown devices leaves each address 3 in 15 minutes.
/// A refused try is noted for the audit log and writes nothing to the counters.
pub async fn login(app: &App, door: &str, login: &str, origin: impl Into<Origin>) -> Result<Result<(), Wait>, DbErr> {
    let origin = origin.into();
    let counted = counted(app, &Keys::of(app, door, login, &origin)).await?;
    if counted.is_err() {
        refused::sign_in(app, door, login, refused::TOO_MANY, &origin);
    }
    Ok(counted)
}

async fn counted(app: &App, keys: &Keys) -> Result<Result<(), Wait>, DbErr> {
    if let Some(device) = &keys.device
        && count(app, device, PER_DEVICE).await?.is_ok()
    {
        return Ok(Ok(()));
    }
    let mut budgets = vec![(keys.address.as_str(), PER_ADDRESS), (&keys.login, PER_LOGIN)];
    let pressed = count::is_full(app, &keys.all, MANY).await?;
    if pressed {
        budgets.push((&keys.pressed, PRESSED));
    }
    let counted = count_all(app, &budgets).await?;
    if counted.is_ok() && !pressed {
        // It refuses nobody: what is over makes the budgets of later tries smaller.
        let _ = count(app, &keys.all, MANY).await?;
    }
    Ok(counted)
}

/// Forgets the tries of a login from where it just proved to be right.
pub async fn forgive(app: &App, door: &str, login: &str, origin: impl Into<Origin>) -> Result<(), DbErr> {
    let keys = Keys::of(app, door, login, &origin.into());
    let mut gone = vec![keys.login, keys.pressed];
    gone.extend(keys.device);
    count::forget(app, gone).await
}

struct Keys {
    /// None: the login has not signed in on this device.
    device: Option<String>,
    address: String,
    login: String,
    all: String,
    pressed: String,
}

impl Keys {
    fn of(app: &App, door: &str, login: &str, origin: &Origin) -> Self {
        let name = token::hash(&login.trim().to_lowercase());
        let place = origin.place();
        let device = device::known(app, origin, login);
        Self {
            device: device.map(|device| format!("device:{door}:{name}:{device}")),
            address: format!("address:{door}:{place}"),
            login: format!("login:{door}:{name}:{place}"),
            all: format!("all:{door}:{name}"),
            pressed: format!("pressed:{door}:{name}:{place}"),
        }
    }
}
