mod properties;
mod reference;
mod running;
