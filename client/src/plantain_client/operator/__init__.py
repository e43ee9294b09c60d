"""What the operator of a Plantain does in its AWS account; needs boto3 (the extra `operator`)."""
