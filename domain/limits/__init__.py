"""What the law and the site itself say of concentrations: dated limits, means with their completeness, crossings."""
