//! Reference data: frameworks, bodies, states, places and organisations.

mod codes;

pub use codes::{
    BodyCode, CODE_BYTES_MAX, CodeError, FrameworkCode, ItemCode, MunicipalityCode, OrgCode, StateCode,
};
