//! Limits of sign-in attempts, so that guessing is slow and no one can lock out others.
//!
//! ```text
//! a device that signed in before ──▶ its own budget
//! all others ──▶ budget of the address at this entrance ──▶ budget of (login, address)
//!                                                          smaller while many addresses try the login
//! ```
//!
//! No budget covers a login alone: strangers' attempts never lock out its owner, who comes from a known device or from
//! another address.

mod count;
mod origin;

use base::millis::{HOUR, MINUTE};
use chrono::TimeDelta;
use sea_orm::DbErr;

pub use count::{FullCounters, Limit, Wait, count, count_all};
pub use origin::AttemptOrigin;

use super::{device, refusals, token};
use crate::identity::IdentityContext;

/// Attempts for one login from one address.
const PER_LOGIN: Limit = Limit { most: 5, window: MINUTE };
/// Attempts for all logins from one address, at one entrance.
const PER_ADDRESS: Limit = Limit { most: 20, window: MINUTE };
/// Attempts for one login from a device on which it signed in before.
const PER_DEVICE: Limit = Limit { most: 10, window: 10 * MINUTE };
/// Attempts for a login, from all unknown devices together, beyond which each address gets only [`PRESSED`].
const MANY: Limit = Limit { most: 30, window: HOUR };
/// Attempts from one address for a login that is tried from many.
const PRESSED: Limit = Limit { most: 3, window: 15 * MINUTE };
/// The longest window; older rows are deleted.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::days(1);

/// Counts an attempt at an entrance (`panel`, `admin`, `code` …), whether the login exists or not. A known device has
/// its own 10 attempts in 10 minutes. All others have 5 a minute for a login and an address and 20 a minute for an
/// address at that entrance; for a login with more than 30 attempts within an hour from unknown devices each address
/// has 3 in 15 minutes. A refused attempt is noted for the audit log and does not change the counters.
pub async fn login(
    app: &IdentityContext,
    door: &str,
    login: &str,
    origin: impl Into<AttemptOrigin>,
) -> Result<Result<(), Wait>, DbErr> {
    let origin = origin.into();
    let counted = counted(app, &ThrottleKeys::of(app, door, login, &origin)).await?;
    if counted.is_err() {
        refusals::sign_in(app, door, login, refusals::TOO_MANY, &origin);
    }
    Ok(counted)
}

async fn counted(app: &IdentityContext, keys: &ThrottleKeys) -> Result<Result<(), Wait>, DbErr> {
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
        // This counter never refuses: when it is full, later attempts get smaller budgets.
        let _ = count(app, &keys.all, MANY).await?;
    }
    Ok(counted)
}

/// Resets a login's attempts from an origin after it signed in.
pub async fn forgive(
    app: &IdentityContext,
    door: &str,
    login: &str,
    origin: impl Into<AttemptOrigin>,
) -> Result<(), DbErr> {
    let keys = ThrottleKeys::of(app, door, login, &origin.into());
    let mut gone = vec![keys.login, keys.pressed];
    gone.extend(keys.device);
    count::forget(app, gone).await
}

struct ThrottleKeys {
    /// `None` if the login has not signed in on this device.
    device: Option<String>,
    address: String,
    login: String,
    all: String,
    pressed: String,
}

impl ThrottleKeys {
    fn of(app: &IdentityContext, door: &str, login: &str, origin: &AttemptOrigin) -> Self {
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
