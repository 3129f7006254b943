package routes

// Topics is the table of the live topics.
var Topics = topics
